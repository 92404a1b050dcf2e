//! Two names, compared by the rules of their kind, as one cut short, or by their parts around "trading as".

const std = @import("std");
const alignment = @import("alignment.zig");
const cut = @import("cut.zig");
const of_words = @import("closeness.zig");
const phrases = @import("phrases.zig");
const prepared = @import("prepared.zig");
const tables = @import("tables.zig");
const verdict_form = @import("verdict.zig");
const words = @import("words.zig");
const persons = struct {
    const prepare = @import("persons/prepare.zig").prepare;
    const alignNames = @import("persons/align.zig").alignNames;
    const judge = @import("persons/judge.zig").judge;
};
const organisations = struct {
    const prepare = @import("organisations/prepare.zig").prepare;
    const alignNames = @import("organisations/align.zig").alignNames;
    const judge = @import("organisations/judge.zig").judge;
    const closeness = @import("organisations/closeness.zig").of;
};
const Alignment = alignment.Alignment;
const HolderKind = @import("record.zig").HolderKind;
const Policy = @import("policy.zig").Policy;
const Prepared = prepared.Prepared;
const Steps = alignment.Steps;
const Text = words.Text;
const Verdict = verdict_form.Verdict;

/// What the rules say, and what fits what; both lie in the scratch until the next names are compared.
pub const Compared = struct { verdict: Verdict, found: *const Alignment };

/// What fits what between two names, and the rules that fired.
const Comparison = struct { found: Alignment, notes: verdict_form.Notes };

/// Working memory of one comparison; never cleared.
pub const Scratch = struct {
    whole: Comparison,
    as_cut: Comparison,
    part: Comparison,
    best_part: Comparison,
    typed_parts: Parts,
    registered_parts: Parts,
};

/// Tags the words of a name by the rules of its kind.
pub fn prepare(name: *Prepared, text: Text, kind: HolderKind) void {
    switch (kind) {
        .person => persons.prepare(name, text),
        .organisation => organisations.prepare(name, text),
    }
}

/// Compares two names of one kind that both have core words.
pub fn compare(
    typed: *const Prepared,
    registered: *const Prepared,
    policy: *const Policy,
    scratch: *Scratch,
    steps: *Steps,
) Steps.Error!Compared {
    const whole = try judge(typed, registered, policy, &scratch.whole, &scratch.as_cut, steps);
    if (whole.verdict.outcome != .nmtc) return whole;
    return try bestPart(typed, registered, policy, scratch, steps) orelse whole;
}

/// How close two names are that are no match, per mille.
pub fn closeness(found: *const Alignment) u16 {
    return switch (found.typed.kind) {
        .person => of_words.of(found),
        .organisation => organisations.closeness(found),
    };
}

/// Judges two names by their kind, or as one cut short, whichever says more.
fn judge(
    typed: *const Prepared,
    registered: *const Prepared,
    policy: *const Policy,
    by_kind: *Comparison,
    as_cut: *Comparison,
    steps: *Steps,
) Steps.Error!Compared {
    const found = &by_kind.found;
    const verdict = switch (typed.kind) {
        .person => verdict: {
            try persons.alignNames(found, typed, registered, policy.typo_budget, steps);
            break :verdict persons.judge(found, policy, &by_kind.notes);
        },
        .organisation => verdict: {
            try organisations.alignNames(found, typed, registered, policy.typo_budget, steps);
            break :verdict organisations.judge(found, policy, &by_kind.notes);
        },
    };
    const ordinary: Compared = .{ .verdict = verdict, .found = found };
    if (verdict.outcome == .mtch) return ordinary;
    const other = cut.compare(&as_cut.found, typed, registered, policy, &as_cut.notes) orelse return ordinary;
    if (@backingInt(other.outcome) >= @backingInt(verdict.outcome)) return ordinary;
    return .{ .verdict = other, .found = &as_cut.found };
}

/// Compares what stands before, and behind, "trading as" by itself; null unless one fits closely.
fn bestPart(
    typed: *const Prepared,
    registered: *const Prepared,
    policy: *const Policy,
    scratch: *Scratch,
    steps: *Steps,
) Steps.Error!?Compared {
    scratch.typed_parts.fill(typed);
    scratch.registered_parts.fill(registered);
    if (scratch.typed_parts.count + scratch.registered_parts.count == 2) return null;
    var best: ?Compared = null;
    for (0..scratch.typed_parts.count) |i| for (0..scratch.registered_parts.count) |j| {
        const one = scratch.typed_parts.get(typed, i);
        const other = scratch.registered_parts.get(registered, j);
        if (i + j == 0 or one.core == 0 or other.core == 0) continue;
        const compared = try judge(one, other, policy, &scratch.part, &scratch.as_cut, steps);
        const outcome = @backingInt(compared.verdict.outcome);
        if (compared.verdict.outcome == .nmtc) continue;
        if (best != null and outcome >= @backingInt(best.?.verdict.outcome)) continue;
        const kept = &scratch.best_part;
        kept.* = .{ .found = compared.found.*, .notes = compared.verdict.notes.* };
        best = .{ .verdict = compared.verdict, .found = &kept.found };
        best.?.verdict.notes = &kept.notes;
    };
    if (best) |*found| found.verdict.note(.trading_as, .cmtc);
    return best;
}

/// The parts of a name around a phrase such as "trading as", if it has one.
const Parts = struct {
    names: [2]Prepared,
    gaps: [2][words.words_max + 1]u8,
    /// With the whole name, which is the first.
    count: usize,

    fn fill(parts: *Parts, name: *const Prepared) void {
        parts.count = 1;
        const text: Text = .init(name.words, name.gaps, name.characters);
        const phrase = phrases.find(text, tables.trading) orelse return;
        if (phrase.end == name.words.len) return;
        parts.fillPart(0, name, 0, phrase.start);
        parts.fillPart(1, name, phrase.end, name.words.len);
        parts.count = 3;
    }

    fn fillPart(parts: *Parts, number: usize, name: *const Prepared, start: usize, end: usize) void {
        const length = end - start;
        const gaps = parts.gaps[number][0 .. length + 1];
        @memcpy(gaps, name.gaps[start .. end + 1]);
        gaps[0] = 0;
        gaps[length] = name.gaps[end] & words.dot;
        prepare(&parts.names[number], .init(name.words[start..end], gaps, 0), name.kind);
    }

    fn get(parts: *const Parts, whole: *const Prepared, number: usize) *const Prepared {
        std.debug.assert(number < parts.count);
        return if (number == 0) whole else &parts.names[number - 1];
    }
};
