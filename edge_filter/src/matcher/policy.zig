//! A PSP's matching policy; `matcher/policy.py` documents the knobs and encodes them in this order.

const std = @import("std");
const Outcome = @import("model.zig").Outcome;

pub const format = 2;
pub const typo_budget_max = 2;

/// Each outcome is a ceiling: the best one left once that difference occurs.
pub const Policy = struct {
    initial_typed: Outcome = .cmtc,
    initial_registered: Outcome = .cmtc,
    middle_missing: Outcome = .mtch,
    middle_extra: Outcome = .cmtc,
    given_variant: Outcome = .cmtc,
    surname_only: Outcome = .nmtc,
    surname_partial: Outcome = .cmtc,
    surname_ending: Outcome = .cmtc,
    form_missing: Outcome = .mtch,
    form_differs: Outcome = .cmtc,
    generic_differs: Outcome = .cmtc,
    script_crossed: Outcome = .mtch,
    typo: Outcome = .cmtc,
    typo_budget: u8 = typo_budget_max,
    disclose_person: bool = true,
    disclose_organisation: bool = true,
    withheld: Outcome = .nmtc,
    matched_name_latin: bool = false,

    /// Reads what `Policy.encode` of matcher/policy.py wrote; null for anything else.
    pub fn decode(encoded: []const u8) ?Policy {
        const fields = comptime std.meta.fieldNames(Policy);
        if (encoded.len != 1 + fields.len or encoded[0] != format) return null;
        var policy: Policy = .{};
        inline for (fields, 1..) |name, at| {
            const value = encoded[at];
            const field = &@field(policy, name);
            field.* = switch (@TypeOf(field.*)) {
                Outcome => outcomeOf(name, value) orelse return null,
                bool => if (value > 1) return null else value == 1,
                u8 => if (value > typo_budget_max) return null else value,
                else => comptime unreachable,
            };
        }
        return policy;
    }

    fn outcomeOf(comptime name: []const u8, value: u8) ?Outcome {
        const lowest: u8 = if (std.mem.eql(u8, name, "withheld")) 4 else 3;
        const highest: u8 = if (std.mem.eql(u8, name, "withheld")) 3 else if (mayMatch(name)) 1 else 2;
        if (value < highest or value > lowest) return null;
        return @fromBackingInt(@intCast(value));
    }

    /// Whether the knob may leave a match a match.
    fn mayMatch(comptime name: []const u8) bool {
        inline for (.{ "middle_missing", "form_missing", "script_crossed" }) |one| {
            if (comptime std.mem.eql(u8, name, one)) return true;
        }
        return false;
    }
};

test "the default policy decodes from its encoding, and no other length or value does" {
    const encoded = [_]u8{ 2, 2, 2, 1, 2, 2, 3, 2, 2, 1, 2, 2, 1, 2, 2, 1, 1, 3, 0 };
    try std.testing.expectEqual(Policy{}, Policy.decode(&encoded).?);
    try std.testing.expectEqual(null, Policy.decode(encoded[0 .. encoded.len - 1]));
    for (0..encoded.len) |at| {
        var damaged = encoded;
        damaged[at] = 9;
        try std.testing.expectEqual(null, Policy.decode(&damaged));
    }
    var too_lax = encoded;
    too_lax[1] = 1;
    try std.testing.expectEqual(null, Policy.decode(&too_lax));
}
