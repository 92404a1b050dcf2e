//! How close a name came that is no match: the score orders even what the rules refuse. Same as
//! matcher/closeness.py.

const std = @import("std");
const alignment = @import("alignment.zig");
const distance = @import("distance.zig");
const prepared = @import("prepared.zig");
const sound = @import("persons/sound.zig");
const words = @import("words.zig");
const Alignment = alignment.Alignment;
const Folded = words.Folded;
const Prepared = prepared.Prepared;
const Set = prepared.Set;

const close = 1000;
/// Of a surname that stands alone to what it stands with on the other side.
const alone = 300;
/// Letters on one side whose words are compared with the other side's.
const letters_max = 64;
/// Percent by which each word more on one side lessens the closeness.
const typed_extra = 20;
const registered_extra = 10;
/// Percent of the closeness that a name has in another script, where one name sounds alike and is written
/// otherwise.
const crossed_percent = 120;
/// Links of core words, pairs of words that are left, and a surname alone.
const near_max = 2 * words.words_max + 1;

/// How close words are by their fit, per mille.
fn ofFit(fit: alignment.Fit) u16 {
    return switch (fit) {
        .initial_typed, .initial_registered => 600,
        .variant, .typo => 850,
        .ending => 900,
        .letter_unknown, .sound => 950,
        else => close,
    };
}

/// What is gathered of how close the words are.
const Near = struct {
    sum: u32 = 0,
    least: u32 = close,
    count: u32 = 0,

    fn add(near: *Near, one: u32) void {
        std.debug.assert(near.count < near_max);
        near.sum += one;
        near.least = @min(near.least, one);
        near.count += 1;
    }
};

/// How close two names are, per mille: two thirds the least similar words, one third the mean. Two persons
/// often share a name in full; one person's names written differently are all alike a little. It is worked
/// out once for a decision, so its work, `letters_max` by `letters_max` at most, counts no steps.
pub fn of(found: *const Alignment) u16 {
    var near: Near = .{};
    for (found.links()) |link| {
        if (link.typed & found.typed.core == 0 or link.registered & found.registered.core == 0) continue;
        near.add(ofFit(link.fit));
    }
    if (found.typed.kind == .person and isOne(found.typed) != isOne(found.registered)) near.add(alone);
    const crossed = found.typed.scripts() & found.registered.scripts() == 0;
    pairOff(found, crossed, &near);
    if (near.count == 0) return 0;
    const typed: u32 = @popCount(found.typedLeft());
    const registered: u32 = @popCount(found.registeredLeft());
    const lessened = 100 + typed_extra * (typed -| registered) + registered_extra * (registered -| typed);
    const percent: u32 = if (crossed) crossed_percent else 100;
    return @intCast(@min((near.sum / near.count + 2 * near.least) * percent / (3 * lessened), close));
}

/// The words left on a side, up to `letters_max` letters of them.
fn leftOf(side: *const Prepared, left: Set) Set {
    var found: Set = 0;
    var letters: u32 = 0;
    var positions = prepared.each(left);
    while (positions.next()) |i| {
        letters += side.words[i].length();
        if (letters > letters_max) break;
        found |= prepared.bit(i);
    }
    return found;
}

/// Adds the similarities of the words left on both sides, the most similar paired first.
fn pairOff(found: *const Alignment, crossed: bool, near: *Near) void {
    var typed = leftOf(found.typed, found.typedLeft());
    var registered = leftOf(found.registered, found.registeredLeft());
    var similarities: [words.words_max][words.words_max]u16 = undefined;
    var rows = prepared.each(typed);
    while (rows.next()) |i| {
        var columns = prepared.each(registered);
        while (columns.next()) |j| {
            similarities[i][j] = similarity(&found.typed.words[i], &found.registered.words[j], crossed);
        }
    }
    while (typed != 0 and registered != 0) {
        var best: ?u16 = null;
        var best_i: usize = 0;
        var best_j: usize = 0;
        rows = prepared.each(typed);
        while (rows.next()) |i| {
            var columns = prepared.each(registered);
            while (columns.next()) |j| {
                if (best != null and similarities[i][j] <= best.?) continue;
                best = similarities[i][j];
                best_i = i;
                best_j = j;
            }
        }
        near.add(best.?);
        typed &= ~prepared.bit(best_i);
        registered &= ~prepared.bit(best_j);
    }
}

/// How alike two words are, or their coarse sounds where they are of two scripts.
fn similarity(a: *const Folded, b: *const Folded, crossed: bool) u16 {
    if (!a.base() or !b.base()) return 0;
    if (!crossed) return likeness(letters_max, a.first(), b.first());
    var buffers: [2][sound.sound_bytes_max]u8 = undefined;
    comptime std.debug.assert(letters_max <= sound.sounded_letters_max);
    const x = sound.crossed(a.first(), &buffers[0]);
    const y = sound.crossed(b.first(), &buffers[1]);
    return if (x.len == 0 or y.len == 0) 0 else likeness(sound.sound_bytes_max, x, y);
}

fn likeness(comptime length_max: usize, x: []const u8, y: []const u8) u16 {
    const longer = @max(x.len, y.len);
    const edits = distance.whole(length_max, x, y);
    return @intCast((longer - edits) * close / longer);
}

fn isOne(name: *const Prepared) bool {
    return @popCount(name.core) == 1;
}
