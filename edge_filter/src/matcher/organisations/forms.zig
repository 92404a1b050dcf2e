//! Finds the legal forms, and states such as "i.L.", that a name ends with, begins with, or holds. Same as
//! matcher/organisations/forms.py.

const keys = @import("../key.zig");
const tables = @import("../tables.zig");
const words = @import("../words.zig");
const Prepared = @import("../prepared.zig").Prepared;

const form_words_max = 12;
/// Letters of a form inside a name, where two letters may as well be a word of it.
const inner_form_letters_min = 3;

/// A legal form or a state: its words, from `start` up to `end`, and what the tables say.
pub const Found = struct { start: usize, end: usize, word: tables.WordPointer };

/// The longest legal form or state that ends before `last`, with words before it.
pub fn atEnd(name: *const Prepared, last: usize) ?Found {
    if (last < 2 or name.words[last - 1].sign) return null;
    var best: ?Found = null;
    var key: keys.Key = .{};
    var start = last;
    while (start > @max(1, last -| form_words_max)) {
        start -= 1;
        const folded = &name.words[start];
        if (folded.sign) continue;
        if (!key.take(.front, folded) or !key.mayBePiece(.back)) break;
        const word = key.find(name.words[start..last], &.{}, isKnown) orelse continue;
        const begin = if (companySign(name, start)) start - 1 else start;
        if (!hasContent(name, 0, begin) or amongLetters(name, start)) continue;
        best = .{ .start = begin, .end = last, .word = word };
    }
    return best;
}

/// The longest legal form that begins the name, with words behind it.
pub fn atStart(name: *const Prepared, last: usize) ?Found {
    if (last == 0 or name.words[0].sign) return null;
    var best: ?Found = null;
    var key: keys.Key = .{};
    for (1..@min(last - 1, form_words_max) + 1) |end| {
        const folded = &name.words[end - 1];
        if (folded.sign) continue;
        if (!key.take(.back, folded) or !key.mayBePiece(.front)) break;
        const word = key.find(name.words[0..end], &.{}, isKnown) orelse continue;
        if (word.form_count == 0 or !word.is(tables.prefix)) continue;
        if (!hasContent(name, end, last) or amongLetters(name, end)) continue;
        best = .{ .start = 0, .end = end, .word = word };
    }
    return best;
}

/// The first legal form, the longest there, with words of the name on both sides of it.
pub fn inside(name: *const Prepared, last: usize) ?Found {
    if (last < 3) return null;
    for (1..last - 1) |start| {
        if (name.words[start].sign) continue;
        if (from(name, start, last)) |found| return found;
    }
    return null;
}

/// The longest legal form that begins with the word at `start`.
fn from(name: *const Prepared, start: usize, last: usize) ?Found {
    var best: ?Found = null;
    var key: keys.Key = .{};
    for (start + 1..@min(last - 1, start + form_words_max) + 1) |end| {
        const folded = &name.words[end - 1];
        if (folded.sign) continue;
        if (!key.take(.back, folded) or !key.mayBePiece(.front)) break;
        const word = key.find(name.words[start..end], &.{}, isKnown) orelse continue;
        if (word.form_count == 0 or word.is(tables.weak)) continue;
        if (key.characters < inner_form_letters_min and !name.dot(start)) continue;
        if (!hasContent(name, end, last)) continue;
        if (amongLetters(name, start) or amongLetters(name, end)) continue;
        best = .{ .start = start, .end = end, .word = word };
    }
    return best;
}

/// The form in two languages that two forms, read one after the other, are (Oy … Ab), if any.
pub fn parallel(name: *const Prepared, first: *const Found, second: *const Found) ?tables.WordPointer {
    const run = name.words[first.start..first.end];
    const rest = name.words[second.start..second.end];
    var key: keys.Key = .{};
    if (!key.takeRun(run) or !key.takeRun(rest)) return null;
    return key.find(run, rest, isKnown);
}

fn isKnown(word: tables.WordPointer) bool {
    return word.form_count > 0 or word.is(tables.status);
}

/// Whether the sign before a word is the one in "& Co. KG"; any other belongs to the name (B+ GmbH).
fn companySign(name: *const Prepared, start: usize) bool {
    return start > 0 and name.words[start - 1].sign and words.equal(name.words[start].first(), "co");
}

/// Whether a word and the one before are letters of one abbreviation (A.B.C.): no form ends there.
fn amongLetters(name: *const Prepared, i: usize) bool {
    return name.gaps[i] == words.dot and name.words[i].length() == 1 and name.words[i - 1].length() == 1;
}

fn hasContent(name: *const Prepared, start: usize, end: usize) bool {
    for (name.words[start..end]) |*folded| if (!folded.sign) return true;
    return false;
}
