//! Slips of the pen: which free words differ by few edits. Same as matcher/typos.py.

const std = @import("std");
const alignment = @import("alignment.zig");
const distance = @import("distance.zig");
const prepared = @import("prepared.zig");
const words = @import("words.zig");
const Alignment = alignment.Alignment;
const Folded = words.Folded;
const Steps = alignment.Steps;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const each = prepared.each;

/// The shortest word that any kind of name may hold a typo in.
const letters_min = 3;
/// The shorter word's length from which one of two edits may be of the first letter.
const first_of_two_length = 6;

/// The shorter word's lengths from which a typo is possible.
pub const Lengths = struct {
    /// One edit.
    one: usize,
    /// Two edits.
    two: usize,
    /// An edit of the first letter.
    first: usize,
    /// The same where letters were only replaced, not lost, added or swapped: that makes other names.
    replaced: struct { one: usize, two: usize, first: usize } = .{ .one = 0, .two = 0, .first = 0 },
    /// The same for two letters added at an end.
    added: usize = 0,
    /// The same for one letter in the place of two others.
    one_for_two: usize = 0,
};

/// Registered words by the bytes of their foldings, so that most comparisons need not be made.
const ByLength = struct {
    sets: [length_max + 1]Set,

    /// Longer foldings count as this long.
    const length_max = 31;

    fn of(name: *const Prepared, among: Set) ByLength {
        var by_length: ByLength = .{ .sets = @splat(0) };
        var positions = each(among);
        while (positions.next()) |j| {
            const folded = &name.words[j];
            for (folded.lengths[0..folded.variant_count]) |length| {
                by_length.sets[@min(length, length_max)] |= prepared.bit(j);
            }
        }
        return by_length;
    }

    /// Words whose lengths leave a typo of `folded` possible.
    fn near(by_length: *const ByLength, folded: *const Folded, least: *const Lengths) Set {
        std.debug.assert(least.one >= letters_min and least.two <= length_max - distance.edits_max);
        var set: Set = 0;
        for (folded.lengths[0..folded.variant_count]) |full_length| {
            const length: usize = @min(full_length, length_max);
            const longest: usize = @min(length + distance.edits_max, length_max);
            for (length -| distance.edits_max..longest + 1) |other| {
                const apart = @max(length, other) - @min(length, other);
                const shortest = if (apart > 1) least.two else least.one;
                if (@min(length, other) >= shortest) set |= by_length.sets[other];
            }
        }
        return set;
    }
};

const Nearest = struct { edits: u8, i: usize, j: usize };

/// Fits words that differ by an edit or two, the nearest first, within `budget` edits and `word_count` words.
///
/// Of `rules`, `least` gives lengths none of which is above one that a pair must have, `mates` the registered words,
/// by what they are, that a typed one may be a typo of, and `lengths` how long both must be, null where there is none.
pub fn fit(found: *Alignment, budget: u8, word_count: u8, rules: anytype, steps: *Steps) Steps.Error!void {
    std.debug.assert(budget <= distance.edits_max);
    const by_length: ByLength = .of(found.registered, basesOf(found.registered, found.registeredLeft()));
    var edits_left = budget;
    var words_left = word_count;
    while (edits_left > 0 and words_left > 0) {
        const best = try nearest(found, edits_left, &by_length, rules, steps) orelse return;
        found.linkWords(best.i, best.j, .typo, 2 * @as(u32, best.edits));
        edits_left -= best.edits;
        words_left -= 1;
    }
}

/// The free pair of words with the fewest edits within the budget; ties go to the first.
fn nearest(
    found: *const Alignment,
    budget: u8,
    by_length: *const ByLength,
    rules: anytype,
    steps: *Steps,
) Steps.Error!?Nearest {
    const least: *const Lengths = rules.least(found);
    var best: ?Nearest = null;
    var typed = each(basesOf(found.typed, found.typedLeft()));
    while (typed.next()) |i| {
        const word = &found.typed.words[i];
        var mates = found.registeredLeft() & by_length.near(word, least) & rules.mates(found, i);
        if (word.longest() < least.first) mates &= found.registered.index.beginLike(word);
        var registered = each(mates);
        while (registered.next()) |j| {
            const lengths = rules.lengths(found, i, j) orelse continue;
            const edits = try editsBetween(word, &found.registered.words[j], budget, lengths, steps);
            if (edits > budget) continue;
            if (best == null or edits < best.?.edits) best = .{ .edits = edits, .i = i, .j = j };
        }
    }
    return best;
}

/// The words of a set that fold to base Latin.
fn basesOf(name: *const Prepared, set: Set) Set {
    var found: Set = 0;
    var positions = each(set);
    while (positions.next()) |i| if (name.words[i].base()) {
        found |= prepared.bit(i);
    };
    return found;
}

/// The fewest edits between two words, or budget + 1.
fn editsBetween(
    a: *const Folded,
    b: *const Folded,
    budget: u8,
    lengths: *const Lengths,
    steps: *Steps,
) Steps.Error!u8 {
    std.debug.assert(lengths.one >= letters_min);
    var best = budget + 1;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            const possible = @min(budget, allowed(a.variant(x), b.variant(y), lengths));
            if (possible == 0) continue;
            try steps.take(alignment.steps_per_distance);
            const edits = distance.osa(a.variant(x), b.variant(y), possible);
            if (edits > possible or makesAnother(a.variant(x), b.variant(y), edits, lengths)) continue;
            best = @min(best, edits);
        }
    }
    return best;
}

/// The edits that lengths and first letters leave possible.
fn allowed(x: []const u8, y: []const u8, lengths: *const Lengths) u8 {
    const shorter = @min(x.len, y.len);
    const longer = @max(x.len, y.len);
    var most: u8 = if (shorter >= lengths.two) 2 else if (shorter >= lengths.one) 1 else 0;
    if (x[0] != y[0]) {
        if (shorter < lengths.first) return 0;
        if (shorter < first_of_two_length) most = 1;
    }
    return if (longer - shorter <= most) most else 0;
}

/// Whether two words differ in one place, where the first has a letter and the other two (Winter, Winkler).
fn isOneForTwo(x: []const u8, y: []const u8) bool {
    if (x.len + 1 != y.len) return false;
    var start: usize = 0;
    while (start < x.len and x[start] == y[start]) start += 1;
    if (start == x.len) return false;
    return std.mem.eql(u8, x[start + 1 ..], y[start + 2 ..]);
}

/// Whether edits make another name of words too short for them: two letters added at one end, one put in the
/// place of two, or letters only replaced.
fn makesAnother(x: []const u8, y: []const u8, edits: u8, lengths: *const Lengths) bool {
    if (edits > 1 and @min(x.len, y.len) < lengths.one_for_two) {
        if (isOneForTwo(x, y) or isOneForTwo(y, x)) return true;
    }
    if (edits > 1 and @min(x.len, y.len) < lengths.added) {
        if (std.mem.startsWith(u8, x, y) or std.mem.startsWith(u8, y, x)) return true;
    }
    const replaced = lengths.replaced;
    if (x.len != y.len or x.len >= @max(replaced.two, replaced.first)) return false;
    var different: usize = 0;
    for (x, y) |a, b| different += @intFromBool(a != b);
    if (different != edits) return false;
    if (x.len < if (edits == 1) replaced.one else replaced.two) return true;
    return x.len < replaced.first and x[0] != y[0];
}
