//! The near fits of persons' names: initials, short forms, gender endings, and slips of the pen. Same as
//! matcher/persons/align.py.

const std = @import("std");
const alignment = @import("../alignment.zig");
const prepare = @import("prepare.zig");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const typos = @import("../typos.zig");
const words = @import("../words.zig");
const Alignment = alignment.Alignment;
const Fit = alignment.Fit;
const Folded = words.Folded;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Steps = alignment.Steps;
const bit = prepared.bit;
const each = prepared.each;
const has = prepared.has;

const ending_stem_min = 3;
const typo_rules: typos.Rules = .{ .lengths = .{ .one = 4, .two = 8 }, .mayBe = mayBeTypo };

/// Aligns two persons' names: what is equal first, then the kinds of near fit.
pub fn alignNames(
    found: *Alignment,
    typed: *const Prepared,
    registered: *const Prepared,
    budget: u8,
    steps: *Steps,
) Steps.Error!void {
    try found.alignEqual(typed, registered, steps);
    if (found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    fitInitials(found);
    fitJoinedInitials(found);
    fitVariants(found);
    fitEndings(found);
    if (found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    try typos.fit(found, budget, budget, typo_rules, steps);
}

/// Registered core words that fit nothing and are no surname.
fn givensLeft(found: *const Alignment) Set {
    const registered = found.registered;
    return found.registeredLeft() & ~registered.surname & ~registered.generations;
}

fn startsWith(folded: *const Folded, letter: u8) bool {
    if (folded.length() <= 1 or !folded.base()) return false;
    for (0..folded.variant_count) |number| if (folded.variant(number)[0] == letter) return true;
    return false;
}

fn fitInitials(found: *Alignment) void {
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const typed = &found.typed.words[i];
        var givens = each(givensLeft(found) & found.registered.heads.like(typed));
        while (givens.next()) |j| {
            const registered = &found.registered.words[j];
            const fit: Fit = if (typed.letter() and startsWith(registered, typed.first()[0]))
                .initial_typed
            else if (registered.letter() and startsWith(typed, registered.first()[0]))
                .initial_registered
            else
                continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, fit, letters - letters / 2);
            break;
        }
    }
}

/// Fits initials written as one word in capitals (JP) against as many given names in a row.
fn fitJoinedInitials(found: *Alignment) void {
    const givens = givensLeft(found);
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const run = initialsOf(&found.typed.words[i], givens, found.registered);
        if (run == 0) continue;
        return found.link(bit(i), run, .initial_typed, 2 * @as(u32, @popCount(run)));
    }
    const free = found.typedLeft();
    var registered_left = each(givens);
    while (registered_left.next()) |j| {
        const run = initialsOf(&found.registered.words[j], free, found.typed);
        if (run == 0) continue;
        return found.link(run, bit(j), .initial_registered, 2 * @as(u32, @popCount(run)));
    }
}

/// The run of `others` whose first letters are the word, or nothing.
fn initialsOf(folded: *const Folded, others: Set, side: *const Prepared) Set {
    const count = folded.length();
    if (count <= 1 or count > prepare.initials_max) return 0;
    if (!folded.upper or !folded.base() or folded.digits) return 0;
    var buffer: [words.words_max]u8 = undefined;
    const positions = prepared.list(others, &buffer);
    if (positions.len < count) return 0;
    next: for (0..positions.len - count + 1) |at| {
        var run: Set = 0;
        for (positions[at..][0..count], folded.first()) |i, letter| {
            if (!startsWith(&side.words[i], letter)) continue :next;
            run |= bit(i);
        }
        return run;
    }
    return 0;
}

fn fitVariants(found: *Alignment) void {
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const variants = found.typed.words[i].word.variants();
        if (variants.len == 0) continue;
        var givens = each(givensLeft(found));
        while (givens.next()) |j| {
            if (!intersect(variants, found.registered.words[j].word.variants())) continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, .variant, letters - letters * 3 / 4);
            break;
        }
    }
}

fn intersect(a: []align(1) const u16, b: []align(1) const u16) bool {
    for (a) |x| for (b) |y| if (x == y) return true;
    return false;
}

fn fitEndings(found: *Alignment) void {
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const typed = &found.typed.words[i];
        const surname = found.registeredLeft() & found.registered.surname;
        var surnames = each(surname & found.registered.heads.like(typed));
        while (surnames.next()) |j| {
            if (!differByEnding(typed, &found.registered.words[j])) continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, .ending, letters - letters * 3 / 4);
            break;
        }
    }
}

fn differByEnding(a: *const Folded, b: *const Folded) bool {
    if (!a.base() or !b.base()) return false;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            if (endingsDiffer(a.variant(x), b.variant(y))) return true;
        }
    }
    return false;
}

fn endingsDiffer(a: []const u8, b: []const u8) bool {
    if (a.len < ending_stem_min or b.len < ending_stem_min) return false;
    if (!words.equal(a[0..ending_stem_min], b[0..ending_stem_min])) return false;
    for (tables.endings) |*ending| {
        if (sameStem(a, b, ending.male(), ending.female())) return true;
        if (sameStem(a, b, ending.female(), ending.male())) return true;
    }
    return false;
}

fn sameStem(a: []const u8, b: []const u8, a_ending: []const u8, b_ending: []const u8) bool {
    if (a.len < ending_stem_min + a_ending.len or a.len + b_ending.len != b.len + a_ending.len) return false;
    const stem = a.len - a_ending.len;
    if (!words.equal(a[0..stem], b[0..stem])) return false;
    return words.equal(a[stem..], a_ending) and words.equal(b[stem..], b_ending);
}

/// Whether a difference may be a mere slip: never between two known given names, nor by sex.
fn mayBeTypo(found: *const Alignment, i: usize, j: usize) bool {
    const typed = &found.typed.words[i];
    const registered = &found.registered.words[j];
    if (typed.word.sex != 0 and registered.word.sex != 0) return false;
    return has(found.registered.surname, j) or !sexed(typed.first(), registered.first());
}

/// Whether two given names differ by a final vowel only, as Maria and Mario, or Jan and Jana, do.
fn sexed(x: []const u8, y: []const u8) bool {
    return words.equal(withoutVowel(x), withoutVowel(y));
}

fn withoutVowel(text: []const u8) []const u8 {
    std.debug.assert(text.len > 0);
    return switch (text[text.len - 1]) {
        'a', 'e', 'o' => text[0 .. text.len - 1],
        else => text,
    };
}
