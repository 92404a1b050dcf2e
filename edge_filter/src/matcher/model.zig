//! What the matcher answers. `matcher/model.py` and `matcher/reasons.py` hold the same numbers.

/// The scheme's four results; a lower number says more.
pub const Outcome = enum(u8) { mtch = 1, cmtc = 2, nmtc = 3, noap = 4 };

/// Why a decision fell as it did; documented in matcher/reasons.py.
pub const Reason = enum(u6) {
    exact = 1,
    order = 2,
    spacing = 3,
    title_ignored = 4,
    particle_ignored = 5,
    particle_differs = 6,
    middle_missing = 7,
    middle_extra = 8,
    initial_typed = 9,
    initial_registered = 10,
    surname_partial = 11,
    surname_ending = 12,
    given_variant = 13,
    given_missing = 14,
    given_differs = 15,
    surname_missing = 16,
    surname_only = 17,
    typo = 18,
    script_mixed = 19,
    script_crossed = 20,
    words_extra = 21,
    word_differs = 22,
    generic_differs = 23,
    form_missing = 24,
    form_differs = 25,
    number_differs = 26,
    synonym = 27,
    alias = 28,
    former = 29,
    joint = 30,
    not_disclosable = 31,
    nothing_in_common = 32,
    no_words = 33,
    too_many_words = 34,
    steps_exhausted = 35,
    not_active = 36,
    no_holder = 37,
    identification_equal = 38,
    identification_differs = 39,
    identification_not_held = 40,
    name_cut = 41,
    letter_unknown = 42,
    acronym = 43,
    trading_as = 44,
    branch = 45,
};

/// A set of reasons; ascending numbers are ascending bits.
pub const Reasons = struct {
    bits: u64 = 0,

    pub fn of(reason: Reason) Reasons {
        return .{ .bits = @as(u64, 1) << @backingInt(reason) };
    }

    pub fn add(reasons: *Reasons, reason: Reason) void {
        reasons.bits |= of(reason).bits;
    }

    pub fn has(reasons: Reasons, reason: Reason) bool {
        return reasons.bits & of(reason).bits != 0;
    }

    /// Writes the numbers, ascending, to `out` and returns them.
    pub fn list(reasons: Reasons, out: *[64]u8) []const u8 {
        var left = reasons.bits;
        var count: usize = 0;
        while (left != 0) : (left &= left - 1) {
            out[count] = @ctz(left);
            count += 1;
        }
        return out[0..count];
    }
};

/// No holder, or no name, decided.
pub const none = 255;

/// The answer; `matched_name` points into the account record and is empty unless the outcome is a close
/// match.
pub const Decision = struct {
    outcome: Outcome,
    matched_name: []const u8 = "",
    score: u16 = 0,
    reasons: Reasons,
    holder: u8 = none,
    name: u8 = none,
};
