//! Names that were cut: one side is the beginning of the other, at the length of a field or elsewhere. Same as
//! matcher/cut.py.

const std = @import("std");
const prepared = @import("prepared.zig");
const scripts = @import("scripts.zig");
const tables = @import("tables.zig");
const texts = @import("texts.zig");
const verdict_form = @import("verdict.zig");
const words = @import("words.zig");
const Alignment = @import("alignment.zig").Alignment;
const Folded = words.Folded;
const Policy = @import("policy.zig").Policy;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Verdict = verdict_form.Verdict;

/// Characters of a name in DTAUS and CFONB, in SWIFT MT, in SEPA's ISO 20022, and in the scheme.
const field_lengths = [_]u8{ 27, 35, 70, 140 };
/// Words of a person's name that may all be given names, as far as a field's length goes.
const given_names_max = 2;
/// Letters and digits left of a name that was cut at no field's length.
const letters_min = 12;
/// Letters left of the word that it was cut in.
const kept_min = 3;
const number_tags = tables.number_word | tables.generation;

/// Where the longer name was cut: before or in its word `at`.
const Place = struct {
    at: usize,
    /// Bytes of that word's folding that are left; 0 for a cut before it.
    kept: usize,
};

/// Compares two names one of which may be the other's beginning; null if it is no cut name.
pub fn compare(
    found: *Alignment,
    typed: *const Prepared,
    registered: *const Prepared,
    policy: *const Policy,
    notes: *verdict_form.Notes,
) ?Verdict {
    if (typed.characters == registered.characters or typed.characters == 0) return null;
    const typed_is_short = typed.characters < registered.characters;
    const short = if (typed_is_short) typed else registered;
    const long = if (typed_is_short) registered else typed;
    if (!beginsAlike(&short.words[0], &long.words[0])) return null;
    const place = findPlace(short, long) orelse return null;
    const field = std.mem.findScalar(u8, &field_lengths, short.characters) != null and fillsField(short);
    const number = for (place.at..long.words.len) |i| {
        if (isNumber(&long.words[i])) break true;
    } else false;
    if (!looksCut(short, long, place, field, number)) return null;
    found.clear(typed, registered);
    linkHead(found, short, long, place);
    var verdict: Verdict = .init(found.similarity(), notes);
    verdict.note(.name_cut, if (field) .mtch else .cmtc);
    if (number) verdict.note(.number_differs, .cmtc);
    scripts.judge(found, policy, &verdict);
    return verdict;
}

/// Whether the first folding of the one word begins with the first character of a folding of the other.
fn beginsAlike(short: *const Folded, long: *const Folded) bool {
    for (0..short.variant_count) |number| {
        const text = short.variant(number);
        const length = std.unicode.utf8ByteSequenceLength(text[0]) catch unreachable;
        if (texts.startsWith(long.first(), text[0..length])) return true;
    }
    return false;
}

/// Where the longer name goes on behind the shorter: word by word, else letter by letter.
fn findPlace(short: *const Prepared, long: *const Prepared) ?Place {
    const last = short.words.len - 1;
    if (last < long.words.len and shareAll(short.words[0..last], long.words[0..last])) {
        const word = &short.words[last];
        const other = &long.words[last];
        if (word.shares(other)) {
            return if (last + 1 < long.words.len) .{ .at = last + 1, .kept = 0 } else null;
        }
        const kept = keptOf(word, other);
        if (kept > 0) return .{ .at = last, .kept = kept };
    }
    for (short.words) |*folded| if (folded.digits) return null;
    return placeInLetters(short, long, .first) orelse placeInLetters(short, long, .last);
}

fn shareAll(some: []const Folded, others: []const Folded) bool {
    for (some, others) |*a, *b| if (!a.shares(b)) return false;
    return true;
}

/// Bytes of the longest folding that a folding of the other word begins with; 0 if there is none.
fn keptOf(word: *const Folded, other: *const Folded) usize {
    var kept: usize = 0;
    for (0..word.variant_count) |a| {
        const text = word.variant(a);
        for (0..other.variant_count) |b| {
            if (texts.startsWith(other.variant(b), text)) kept = @max(kept, text.len);
        }
    }
    return kept;
}

const Which = enum {
    first,
    last,

    fn of(which: Which, folded: *const Folded) []const u8 {
        return folded.variant(if (which == .first) 0 else folded.variant_count - 1);
    }
};

/// The place by the letters alone, of the first or the last folding of each word.
fn placeInLetters(short: *const Prepared, long: *const Prepared, which: Which) ?Place {
    var at: usize = 0;
    var kept: usize = 0;
    for (short.words) |*folded| {
        for (which.of(folded)) |byte| {
            if (at == long.words.len) return null;
            const text = which.of(&long.words[at]);
            if (byte != text[kept]) return null;
            kept += 1;
            if (kept == text.len) {
                at += 1;
                kept = 0;
            }
        }
    }
    return if (at == long.words.len) null else .{ .at = at, .kept = kept };
}

fn isNumber(folded: *const Folded) bool {
    return folded.digits or folded.word.number != 0 or folded.word.is(number_tags);
}

fn letters(name: *const Prepared) usize {
    var total: usize = 0;
    for (name.words) |*folded| total += folded.letters;
    return total;
}

/// Whether it is the name that fills the field, with one character more for each word, and no blanks.
fn fillsField(short: *const Prepared) bool {
    return short.characters <= letters(short) + short.words.len;
}

/// Whether the rest may just be cut off: of a number never, but for one behind a word that was cut.
fn looksCut(short: *const Prepared, long: *const Prepared, place: Place, field: bool, number: bool) bool {
    if (!enough(short, long, place, if (field) 1 else kept_min)) return false;
    if (field) return !number or (place.kept > 0 and !isNumber(&long.words[place.at]));
    return !number and place.kept >= kept_min and letters(short) >= letters_min;
}

/// Whether what is left says who is meant. Of a person the given name in full and, of the surname, a word or
/// `kept` letters, or more words than are given names. An organisation's name that ends with its legal form is
/// whole, and so may be one that only lacks generic words.
fn enough(short: *const Prepared, long: *const Prepared, place: Place, kept: usize) bool {
    if (long.kind == .person) {
        const given = long.given orelse return false;
        if (given >= place.at) return false;
        const first = long.surname & (~long.surname +% 1);
        const whole = long.core & prepared.below(place.at);
        if (first & whole != 0) return true;
        if (first == prepared.bit(place.at) and place.kept >= kept) return true;
        return kept < kept_min and @popCount(whole) > given_names_max;
    }
    if (!prepared.has(short.core | short.light, short.words.len - 1)) return false;
    if (place.kept > 0) return true;
    var missing = prepared.each(long.core & ~prepared.below(place.at));
    while (missing.next()) |i| if (!long.words[i].word.is(tables.generic)) return true;
    return false;
}

/// Aligns the shorter name with the words of the longer one up to the cut.
fn linkHead(found: *Alignment, short: *const Prepared, long: *const Prepared, place: Place) void {
    const whole = prepared.below(place.at);
    const head = whole | if (place.kept > 0) prepared.bit(place.at) else 0;
    var weight: u32 = 0;
    var positions = prepared.each(short.core);
    while (positions.next()) |i| weight += short.words[i].length();
    positions = prepared.each(long.core & whole);
    while (positions.next()) |i| weight += long.words[i].length();
    if (prepared.has(long.core, place.at)) {
        // The folding that was cut may be longer than the first one, which a word's letters are counted by.
        weight += @intCast(@min(place.kept, long.words[place.at].length()));
    }
    const short_words = short.core | short.light;
    const long_words = (long.core | long.light) & head;
    if (short == found.typed) {
        found.link(short_words, long_words, .cut, weight);
    } else {
        found.link(long_words, short_words, .cut, weight);
    }
}
