//! Slips of the pen: which free words differ by few edits. Same as matcher/typos.py.

const std = @import("std");
const alignment = @import("alignment.zig");
const distance = @import("distance.zig");
const prepared = @import("prepared.zig");
const words = @import("words.zig");
const Alignment = alignment.Alignment;
const Folded = words.Folded;
const Steps = alignment.Steps;
const each = prepared.each;

/// Below this length a typo keeps the first letter.
const first_letter_length = 6;

/// The shorter word's lengths from which one, and two, edits are allowed.
pub const Lengths = struct { one: usize, two: usize };

/// What a kind of name allows.
pub const Rules = struct {
    lengths: Lengths,
    /// Whether a difference between a typed and a registered word may be a mere slip.
    mayBe: *const fn (found: *const Alignment, i: usize, j: usize) bool,
};

const Nearest = struct { edits: u8, i: usize, j: usize };

/// Fits words that differ by an edit or two, the nearest first, within `budget` edits and `word_count` words.
pub fn fit(
    found: *Alignment,
    budget: u8,
    word_count: u8,
    comptime rules: Rules,
    steps: *Steps,
) Steps.Error!void {
    std.debug.assert(budget <= distance.edits_max);
    var edits_left = budget;
    var words_left = word_count;
    while (edits_left > 0 and words_left > 0) {
        const best = try nearest(found, edits_left, rules, steps) orelse return;
        found.linkWords(best.i, best.j, .typo, 2 * @as(u32, best.edits));
        edits_left -= best.edits;
        words_left -= 1;
    }
}

/// The free pair of words with the fewest edits within the budget; ties go to the first.
fn nearest(found: *const Alignment, budget: u8, comptime rules: Rules, steps: *Steps) Steps.Error!?Nearest {
    var best: ?Nearest = null;
    var typed = each(found.typedLeft());
    while (typed.next()) |i| {
        const word = &found.typed.words[i];
        const longest = word.longest();
        if (word.digits or !word.base() or longest < rules.lengths.one) continue;
        var registered = each(found.registeredLeft() & beginningAlike(found, word, longest));
        while (registered.next()) |j| {
            const other = &found.registered.words[j];
            if (other.digits or !other.base() or !rules.mayBe(found, i, j)) continue;
            const edits = try editsBetween(word, other, budget, rules.lengths, steps);
            if (edits > budget) continue;
            if (best == null or edits < best.?.edits) best = .{ .edits = edits, .i = i, .j = j };
        }
    }
    return best;
}

/// Registered words that the first letter leaves possible.
fn beginningAlike(found: *const Alignment, word: *const Folded, longest: usize) prepared.Set {
    if (longest >= first_letter_length) return std.math.maxInt(prepared.Set);
    return found.registered.heads.like(word);
}

/// The fewest edits between two words, or budget + 1.
fn editsBetween(
    a: *const Folded,
    b: *const Folded,
    budget: u8,
    comptime lengths: Lengths,
    steps: *Steps,
) Steps.Error!u8 {
    var best = budget + 1;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            const possible = @min(budget, allowed(a.variant(x), b.variant(y), lengths));
            if (possible == 0) continue;
            try steps.take(alignment.steps_per_distance);
            const edits = distance.osa(a.variant(x), b.variant(y), possible);
            if (edits <= possible) best = @min(best, edits);
        }
    }
    return best;
}

/// The edits that lengths and first letters leave possible.
fn allowed(x: []const u8, y: []const u8, comptime lengths: Lengths) u8 {
    const shorter = @min(x.len, y.len);
    const longer = @max(x.len, y.len);
    const most: u8 = if (shorter >= lengths.two) 2 else if (shorter >= lengths.one) 1 else 0;
    if (longer - shorter > most) return 0;
    if (shorter < first_letter_length and x[0] != y[0]) return 0;
    return most;
}
