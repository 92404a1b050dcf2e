//! Which typed words fit which registered words, and how: the facts that the rules judge. Same as
//! matcher/alignment.py.
//!
//! Here is what both kinds of name share: equal words, and words written together on one side and apart on
//! the other. `persons` and `organisations` add the near fits of each kind.

const std = @import("std");
const prepared = @import("prepared.zig");
const texts = @import("texts.zig");
const words = @import("words.zig");
const Folded = words.Folded;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const bit = prepared.bit;
const each = prepared.each;
const has = prepared.has;

pub const steps_max = 12_288;
pub const steps_per_distance = 32;
/// Letters that an apostrophe parts from a surname (O'Brien, D'Angelo), written apart.
const elided = "odln";
const joined_words_max = 3;
/// Letters of a word from which a full stop may stand for one of them.
const lost_letter_length = 4;

/// How words fit their counterpart; the numbers stand in explanations.
pub const Fit = enum(u4) {
    none = 0,
    /// Equal in a folding.
    full = 1,
    /// Equal, but written together on one side.
    joined = 2,
    /// The same number, or a known abbreviation of the same word.
    synonym = 3,
    initial_typed = 4,
    initial_registered = 5,
    variant = 6,
    ending = 7,
    typo = 8,
    /// A short form that may mean the other word, and others too.
    abbreviation = 9,
    /// Equal but for a full stop in the place of one letter.
    letter_unknown = 10,
    /// The beginning of the other side's word, where the name was cut.
    cut = 11,
    /// The first letters of the other side's words.
    acronym = 12,
    /// A given name spelled by another convention.
    sound = 13,
};

/// A set of fits: bit f for the fit with number f.
pub const Fits = struct {
    bits: u16 = 0,

    /// The fits that leave no doubt.
    pub const certain: Fits = of(&.{ .full, .joined, .synonym });

    pub fn of(comptime fits: []const Fit) Fits {
        var set: Fits = .{};
        inline for (fits) |fit| set.add(fit);
        return set;
    }

    pub fn add(set: *Fits, fit: Fit) void {
        set.bits |= @as(u16, 1) << @backingInt(fit);
    }

    pub fn has(set: Fits, fit: Fit) bool {
        return set.bits >> @backingInt(fit) & 1 != 0;
    }

    /// Whether it has a fit that is not in `others`.
    pub fn beyond(set: Fits, others: Fits) bool {
        return set.bits & ~others.bits != 0;
    }
};

/// Counts the work of one decision; both engines count alike.
pub const Steps = struct {
    left: i32 = steps_max,

    pub const Error = error{StepsExhausted};

    /// Counts work about to be done.
    pub fn take(steps: *Steps, count: usize) Error!void {
        steps.left -= @intCast(count);
        if (steps.left < 0) return error.StepsExhausted;
    }
};

/// Words of the typed side that fit words of the registered side.
pub const Link = struct {
    typed: Set,
    registered: Set,
    fit: Fit,
    /// Letters that fit, both sides together.
    weight: u16,
};

/// The links between two names, in the order they were found, and what is left free.
pub const Alignment = struct {
    typed: *const Prepared,
    registered: *const Prepared,
    links_buffer: [words.words_max]Link,
    link_count: u8,
    /// Words of the typed side that fit nothing yet.
    typed_free: Set,
    registered_free: Set,
    registered_fits: [words.words_max]Fit,
    /// The fits of core words.
    fits: Fits,
    /// Letters of core words that fit, both sides together.
    weight: u32,

    /// Aligns what is equal: single words first, then words written together or apart.
    pub fn alignEqual(
        found: *Alignment,
        typed: *const Prepared,
        registered: *const Prepared,
        steps: *Steps,
    ) Steps.Error!void {
        try steps.take(typed.words.len * registered.words.len);
        found.clear(typed, registered);
        found.fitEqual();
        if (found.bothLeft()) {
            found.fitJoined(.typed);
            found.fitJoined(.registered);
            if (found.bothLeft()) {
                found.fitLostLetter(.typed);
                found.fitLostLetter(.registered);
            }
        }
    }

    /// Begins anew with two names, of which nothing fits yet.
    pub fn clear(found: *Alignment, typed: *const Prepared, registered: *const Prepared) void {
        std.debug.assert(typed.kind == registered.kind);
        found.typed = typed;
        found.registered = registered;
        found.link_count = 0;
        found.typed_free = typed.core | typed.light;
        found.registered_free = registered.core | registered.light;
        found.registered_fits = @splat(.none);
        found.fits = .{};
        found.weight = 0;
    }

    pub fn links(found: *const Alignment) []const Link {
        return found.links_buffer[0..found.link_count];
    }

    /// Fits sets of words to each other; `weight` counts core words only. Words that are neither core nor light
    /// may fit too, those of a legal form.
    pub fn link(found: *Alignment, typed: Set, registered: Set, fit: Fit, weight: u32) void {
        std.debug.assert(typed & (found.typed.core | found.typed.light) & ~found.typed_free == 0);
        std.debug.assert(
            registered & (found.registered.core | found.registered.light) & ~found.registered_free == 0,
        );
        found.links_buffer[found.link_count] = .{
            .typed = typed,
            .registered = registered,
            .fit = fit,
            .weight = @intCast(weight),
        };
        found.link_count += 1;
        found.typed_free &= ~typed;
        found.registered_free &= ~registered;
        var positions = each(registered);
        while (positions.next()) |j| found.registered_fits[j] = fit;
        if (typed & found.typed.core != 0 and registered & found.registered.core != 0) {
            found.fits.add(fit);
            found.weight += weight;
        }
    }

    /// Fits one word to one; `lost` of its letters, both sides together, don't.
    pub fn linkWords(found: *Alignment, i: usize, j: usize, fit: Fit, lost: u32) void {
        found.link(bit(i), bit(j), fit, found.letters(i, j) - lost);
    }

    /// Letters of two words together.
    pub fn letters(found: *const Alignment, i: usize, j: usize) u32 {
        return @as(u32, found.typed.words[i].length()) + found.registered.words[j].length();
    }

    /// How a registered word fits.
    pub fn fitOf(found: *const Alignment, j: usize) Fit {
        return found.registered_fits[j];
    }

    /// Whether a registered word fits without doubt.
    pub fn fitsFully(found: *const Alignment, j: usize) bool {
        return Fits.certain.has(found.registered_fits[j]);
    }

    /// Core words of the typed side that fit nothing.
    pub fn typedLeft(found: *const Alignment) Set {
        return found.typed_free & found.typed.core;
    }

    /// Core words of the registered side that fit nothing.
    pub fn registeredLeft(found: *const Alignment) Set {
        return found.registered_free & found.registered.core;
    }

    /// Letters that fit among all letters of core words, per mille.
    pub fn similarity(found: *const Alignment) u16 {
        var total: u32 = 0;
        for ([_]*const Prepared{ found.typed, found.registered }) |side| {
            var positions = each(side.core);
            while (positions.next()) |i| total += side.words[i].length();
        }
        std.debug.assert(total > 0);
        return @intCast(found.weight * 1000 / total);
    }

    /// The first registered word of each link of core words, in the typed order: by their last typed word.
    pub fn order(found: *const Alignment, buffer: *[words.words_max]u8) []const u8 {
        var linked: Set = 0;
        var first: [words.words_max]u8 = undefined;
        for (found.links()) |one| {
            if (one.typed & found.typed.core == 0 or one.registered & found.registered.core == 0) continue;
            const last = prepared.highest(one.typed);
            linked |= bit(last);
            first[last] = @ctz(one.registered);
        }
        var count: usize = 0;
        var positions = each(linked);
        while (positions.next()) |i| : (count += 1) buffer[count] = first[i];
        return buffer[0..count];
    }

    /// Fits two words parted by a bare full stop to one word, on the side of `single`, with one letter in its
    /// place (EPC217-08).
    fn fitLostLetter(found: *Alignment, comptime single: enum { typed, registered }) void {
        const one = if (single == .typed) found.typed else found.registered;
        const many = if (single == .typed) found.registered else found.typed;
        if (many.words.len < 2) return;
        for (0..many.words.len - 1) |start| {
            const run = bit(start) | bit(start + 1);
            const free = if (single == .typed) found.registered_free else found.typed_free;
            if (many.gaps[start + 1] != words.dot or free & run != run) continue;
            if (many.gaps[start] == words.dot or many.gaps[start + 2] == words.dot) continue;
            var singles = each(if (single == .typed) found.typed_free else found.registered_free);
            while (singles.next()) |i| {
                if (!lostLetter(&many.words[start], &many.words[start + 1], &one.words[i])) continue;
                const typed = if (single == .typed) bit(i) else run;
                const registered = if (single == .typed) run else bit(i);
                const weight = coreLetters(many, run) + coreLetters(one, bit(i));
                found.link(typed, registered, .letter_unknown, weight -| 1);
                break;
            }
        }
    }

    /// Whether a core word is left on one side, and any word on the other.
    fn bothLeft(found: *const Alignment) bool {
        if (found.typedLeft() != 0 and found.registered_free != 0) return true;
        return found.registeredLeft() != 0 and found.typed_free != 0;
    }

    fn fitEqual(found: *Alignment) void {
        var typed = each(found.typed_free);
        while (typed.next()) |i| {
            var registered = each(found.registered_free & found.equalTo(i));
            while (registered.next()) |j| {
                const equal = found.typed.words[i].shares(&found.registered.words[j]);
                if (!equal and !found.synonyms(i, j)) continue;
                found.linkWords(i, j, if (equal) .full else .synonym, 0);
                break;
            }
        }
    }

    /// Registered words that may equal a typed one; any may be a synonym.
    fn equalTo(found: *const Alignment, i: usize) Set {
        const name = found.typed;
        const synonyms_known = name.numbers[i] != 0 or name.words[i].word.synonym != 0;
        if (name.kind == .organisation and synonyms_known) return std.math.maxInt(Set);
        return found.registered.index.like(&name.words[i]);
    }

    /// Equal numbers, or known short forms of one word; organisations only have them.
    fn synonyms(found: *const Alignment, i: usize, j: usize) bool {
        if (found.typed.kind != .organisation) return false;
        const number = found.typed.numbers[i];
        if (number != 0 and number == found.registered.numbers[j]) return true;
        const synonym = found.typed.words[i].word.synonym;
        return synonym != 0 and synonym == found.registered.words[j].word.synonym;
    }

    /// Fits words apart on one side to one word on the other, the side of `single`.
    fn fitJoined(found: *Alignment, comptime single: enum { typed, registered }) void {
        const one = if (single == .typed) found.typed else found.registered;
        const many = if (single == .typed) found.registered else found.typed;
        var runs: ?Runs = null;
        var singles = each(if (single == .typed) found.typed_free else found.registered_free);
        while (singles.next()) |i| {
            const free = if (single == .typed) found.registered_free else found.typed_free;
            const run = runEqual(one, i, many, free, &runs);
            if (run == 0) continue;
            const weight = coreLetters(many, run) + coreLetters(one, bit(i));
            const typed = if (single == .typed) bit(i) else run;
            const registered = if (single == .typed) run else bit(i);
            found.link(typed, registered, .joined, weight);
        }
    }
};

fn coreLetters(side: *const Prepared, set: Set) u32 {
    var letters: u32 = 0;
    var positions = each(set & side.core);
    while (positions.next()) |i| letters += side.words[i].length();
    return letters;
}

/// Where runs of two or three words start, by the letters that they have together, so that most comparisons need
/// not be made.
const Runs = struct {
    by_length: [length_max + 1]Set,

    /// Longer runs count as this long.
    const length_max = 63;

    fn of(side: *const Prepared) Runs {
        var runs: Runs = .{ .by_length = @splat(0) };
        const folded = side.words;
        if (folded.len < 2) return runs;
        for (1..folded.len) |second| {
            const start = second - 1;
            var shortest = folded[start].shortest() + folded[second].shortest();
            var longest = folded[start].longest() + folded[second].longest();
            runs.add(start, shortest, longest);
            if (second + 1 == folded.len) break;
            shortest += folded[second + 1].shortest();
            longest += folded[second + 1].longest();
            runs.add(start, shortest, longest);
        }
        return runs;
    }

    fn add(runs: *Runs, start: usize, shortest: usize, longest: usize) void {
        std.debug.assert(shortest <= longest);
        const first: usize = @min(shortest, length_max);
        const last: usize = @min(longest, length_max);
        for (runs.by_length[first .. last + 1]) |*set| set.* |= bit(start);
    }

    /// Starts of runs that may have as many letters as the word.
    fn starts(runs: *const Runs, single: *const Folded) Set {
        var set: Set = 0;
        for (single.lengths[0..single.variant_count]) |length| set |= runs.by_length[@min(length, length_max)];
        return set;
    }
};

/// The first run of two or three free neighbours that, written together, are word i; 0 if none. `runs` is filled
/// when it is first needed.
fn runEqual(one: *const Prepared, i: usize, side: *const Prepared, free: Set, runs: *?Runs) Set {
    const single = &one.words[i];
    if (single.sign or single.longest() < 2) return 0;
    const possible = free & free >> 1 & side.index.beginLike(single);
    if (possible == 0) return 0;
    if (runs.* == null) runs.* = .of(side);
    const may_elide = has(one.surname, i);
    var starts = each(possible & runs.*.?.starts(single));
    while (starts.next()) |start| {
        for (start + 2..start + joined_words_max + 1) |end| {
            if (end > side.words.len or !has(free, end - 1) or side.words[end - 1].sign) break;
            if (side.words[end - 2].digits and side.words[end - 1].digits) break;
            if (!joinsTo(side.words[start..end], single)) continue;
            if (side.kind == .person and holdsInitial(side.words[start..end], may_elide)) continue;
            return below(end) & ~below(start);
        }
    }
    return 0;
}

/// Whether a word is a letter that may be an initial: Daniel A Costa is not Daniela Costa.
fn holdsInitial(run: []const Folded, may_elide: bool) bool {
    for (run, 0..) |*folded, at| {
        if (!folded.letter()) continue;
        const is_elided = may_elide and at == 0 and std.mem.findScalar(u8, elided, folded.variant(0)[0]) != null;
        if (!is_elided) return true;
    }
    return false;
}

/// The words before `end`, which may lie behind the last possible one.
fn below(end: usize) Set {
    std.debug.assert(end <= words.words_max);
    return @truncate((@as(u64, 1) << @intCast(end)) - 1);
}

/// Whether two or three words, written together in any of their foldings, are one.
fn joinsTo(run: []const Folded, single: *const Folded) bool {
    std.debug.assert(run.len == 2 or run.len == joined_words_max);
    for (0..single.variant_count) |whole| {
        for (0..run[0].variant_count) |first| {
            const rest = restOf(single.variant(whole), run[0].variant(first)) orelse continue;
            if (run.len == 2) {
                if (run[1].hasVariant(rest)) return true;
                continue;
            }
            for (0..run[1].variant_count) |second| {
                const last = restOf(rest, run[1].variant(second)) orelse continue;
                if (run[2].hasVariant(last)) return true;
            }
        }
    }
    return false;
}

/// What follows `piece` in a text that begins with it.
fn restOf(text: []const u8, piece: []const u8) ?[]const u8 {
    return if (texts.startsWith(text, piece)) text[piece.len..] else null;
}

/// Whether a word is two others with one letter between them.
fn lostLetter(head: *const Folded, tail: *const Folded, single: *const Folded) bool {
    if (!single.base() or !head.base() or !tail.base()) return false;
    for (0..single.variant_count) |whole| {
        const text = single.variant(whole);
        if (text.len < lost_letter_length) continue;
        for (0..head.variant_count) |first| {
            const rest = restOf(text, head.variant(first)) orelse continue;
            for (0..tail.variant_count) |second| {
                const end = tail.variant(second);
                if (rest.len == end.len + 1 and std.mem.endsWith(u8, rest, end)) return true;
            }
        }
    }
    return false;
}
