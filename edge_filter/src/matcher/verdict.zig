//! What the rules say about one pair of names: the best outcome left, and why. Same as matcher/verdict.py.

const std = @import("std");
const model = @import("model.zig");
const Policy = @import("policy.zig").Policy;
const Outcome = model.Outcome;
const Reason = model.Reason;

const close_score_min = 600;
const match_score_min = 900;
/// More than the rules can note, each note once.
pub const notes_max = 64;

/// A knob of the policy, by its place in the encoding.
pub const Knob = std.meta.FieldEnum(Policy);

/// One rule that fired.
pub const Note = struct {
    reason: Reason,
    /// The best outcome that it leaves.
    ceiling: Outcome,
    /// The policy's knob that set the ceiling; null where no knob has a say.
    knob: ?Knob,
};

/// The rules that fired for one pair of names, in their order and each once.
pub const Notes = struct {
    buffer: [notes_max]Note,
    count: u8,

    pub fn items(notes: *const Notes) []const Note {
        return notes.buffer[0..notes.count];
    }

    fn add(notes: *Notes, note: Note) void {
        for (notes.items()) |earlier| if (std.meta.eql(earlier, note)) return;
        std.debug.assert(notes.count < notes_max);
        notes.buffer[notes.count] = note;
        notes.count += 1;
    }
};

/// Begins as a match; each rule that fires can only lower it.
pub const Verdict = struct {
    outcome: Outcome = .mtch,
    /// Per mille; places the score within the outcome's range.
    similarity: u16,
    reasons: model.Reasons = .{},
    /// Written anew for each pair of names, for explanations.
    notes: *Notes,

    pub fn init(similarity: u16, notes: *Notes) Verdict {
        notes.count = 0;
        return .{ .similarity = similarity, .notes = notes };
    }

    /// Nothing could be compared.
    pub fn incomparable(reason: Reason, notes: *Notes) Verdict {
        var verdict: Verdict = .init(0, notes);
        verdict.note(reason, .nmtc);
        return verdict;
    }

    /// Records a rule that fired and the best outcome that it leaves.
    pub fn note(verdict: *Verdict, reason: Reason, ceiling: Outcome) void {
        verdict.record(.{ .reason = reason, .ceiling = ceiling, .knob = null });
    }

    /// Records a rule whose ceiling a knob of the policy sets.
    pub fn noteKnob(verdict: *Verdict, reason: Reason, policy: *const Policy, comptime knob: Knob) void {
        verdict.record(.{ .reason = reason, .ceiling = @field(policy, @tagName(knob)), .knob = knob });
    }

    fn record(verdict: *Verdict, one: Note) void {
        verdict.notes.add(one);
        verdict.reasons.add(one.reason);
        if (@backingInt(one.ceiling) > @backingInt(verdict.outcome)) verdict.outcome = one.ceiling;
    }

    /// Whether a rule fired with that reason.
    pub fn has(verdict: *const Verdict, reason: Reason) bool {
        return verdict.reasons.has(reason);
    }
};

/// Places a similarity (per mille) in the range of its outcome; words that fit twice count once.
pub fn score(outcome: Outcome, similarity: u16) u16 {
    const wide: u32 = @min(similarity, 1000);
    return switch (outcome) {
        .mtch => @intCast(match_score_min + wide / 10),
        .cmtc => @intCast(close_score_min + wide * (match_score_min - 1 - close_score_min) / 1000),
        .nmtc => @intCast(wide * (close_score_min - 1) / 1000),
        .noap => 0,
    };
}
