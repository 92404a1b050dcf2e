//! Tags the words of an organisation's name: its legal form, numbers, connecting words and articles. Same as
//! matcher/organisations/prepare.py.

const std = @import("std");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const words = @import("../words.zig");
const Folded = words.Folded;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const bit = prepared.bit;

const form_words_max = 12;
const statuses_max = 3;
const number_digits_max = 4;

/// Tags the words; `core` is empty if there is nothing to compare.
pub fn prepare(name: *Prepared, text: words.Text) void {
    name.init(.organisation, text);
    const range = stripForms(name);
    var core: Set = 0;
    var light: Set = 0;
    var signs: Set = 0;
    for (range.first..range.last) |i| {
        const folded = &name.words[i];
        const inside = range.first < i and i + 1 < range.last;
        const joins = folded.word.is(tables.connector) and inside and !abbreviated(name, i);
        if (folded.sign) {
            signs |= bit(i);
        } else if (joins or (folded.word.is(tables.particle) and folded.length() > 1)) {
            light |= bit(i);
        } else {
            core |= bit(i);
        }
    }
    name.core = if (core != 0) core else light;
    name.light = signs | if (core != 0) light else 0;
    findNumbers(name);
}

/// Whether a word is a letter of a dotted abbreviation.
fn abbreviated(name: *const Prepared, i: usize) bool {
    return name.words[i].length() == 1 and (name.dot(i) or name.dot(i - 1));
}

/// Finds digits, and numerals that do not begin the name.
fn findNumbers(name: *Prepared) void {
    for (name.words, 0..) |*folded, i| {
        if (folded.digits) {
            if (folded.scripts == 0) name.numbers[i] = valueOf(folded.first());
        } else if (name.core & prepared.below(i) != 0) {
            name.numbers[i] = folded.word.number;
        }
    }
}

/// The value of a few digits, 0 for many.
fn valueOf(digits: []const u8) u16 {
    if (digits.len > number_digits_max) return 0;
    var value: u16 = 0;
    for (digits) |digit| value = value * 10 + (digit - '0');
    return value;
}

const Range = struct { first: usize, last: usize };
const Found = struct { at: usize, word: tables.WordPointer };

/// Finds the legal form at the end, else at the start; gives the range of words that is left.
fn stripForms(name: *Prepared) Range {
    var range: Range = .{ .first = 0, .last = name.words.len };
    for (0..statuses_max) |_| {
        const found = formAtEnd(name, range.last) orelse break;
        range.last = found.at;
        if (found.word.form_count == 0) continue;
        name.forms.set(found.word.forms());
        break;
    }
    const found = formAtStart(name, range.last) orelse return range;
    if (name.forms.count == 0) {
        name.forms.set(found.word.forms());
        range.first = found.at;
    } else if (name.forms.narrow(found.word.forms())) {
        range.first = found.at;
    }
    return range;
}

/// Where the longest legal form or status that ends before `last` begins, and what it is.
fn formAtEnd(name: *const Prepared, last: usize) ?Found {
    if (last < 2 or name.words[last - 1].sign) return null;
    var best: ?Found = null;
    var key: Key = .{};
    var start = last;
    while (start > @max(1, last -| form_words_max)) {
        start -= 1;
        const folded = &name.words[start];
        if (folded.sign) continue;
        if (!key.take(folded)) break;
        const word = key.find(name.words[start..last]) orelse continue;
        if (word.form_count == 0 and !word.is(tables.status)) continue;
        const begin = if (companySign(name, start)) start - 1 else start;
        if (hasContent(name, 0, begin)) best = .{ .at = begin, .word = word };
    }
    return best;
}

/// Whether the sign before a word is the one in "& Co. KG"; any other belongs to the name (B+ GmbH).
fn companySign(name: *const Prepared, start: usize) bool {
    return start > 0 and name.words[start - 1].sign and words.equal(name.words[start].first(), "co");
}

/// Where the longest legal form at the start ends, and what it is.
fn formAtStart(name: *const Prepared, last: usize) ?Found {
    if (last == 0 or name.words[0].sign) return null;
    var best: ?Found = null;
    var key: Key = .{};
    for (1..@min(last - 1, form_words_max) + 1) |end| {
        const folded = &name.words[end - 1];
        if (folded.sign) continue;
        if (!key.take(folded)) break;
        const word = key.find(name.words[0..end]) orelse continue;
        if (word.form_count == 0 or !word.is(tables.prefix)) continue;
        if (hasContent(name, end, last)) best = .{ .at = end, .word = word };
    }
    return best;
}

fn hasContent(name: *const Prepared, start: usize, end: usize) bool {
    for (name.words[start..end]) |*folded| if (!folded.sign) return true;
    return false;
}

/// Words written as one, without the signs & and +, to be looked up in each of their foldings.
const Key = struct {
    /// Foldings to try; the words with fewer keep their last.
    variants: u8 = 1,
    /// Of the first folding; the tables hold nothing longer.
    characters: usize = 0,

    /// Takes one more word; false if the key is too long then.
    fn take(key: *Key, folded: *const Folded) bool {
        key.variants = @max(key.variants, folded.variant_count);
        key.characters += if (folded.base())
            folded.length()
        else
            std.unicode.utf8CountCodepoints(folded.first()) catch unreachable;
        return key.characters <= tables.key_bytes_max;
    }

    fn find(key: *const Key, run: []const Folded) ?tables.WordPointer {
        var buffer: [tables.key_bytes_max]u8 = undefined;
        next: for (0..key.variants) |number| {
            var length: usize = 0;
            for (run) |*folded| {
                if (folded.sign) continue;
                const text = folded.variant(@min(number, folded.variant_count - 1));
                if (text.len > buffer.len - length) continue :next;
                @memcpy(buffer[length..][0..text.len], text);
                length += text.len;
            }
            if (tables.find(buffer[0..length])) |word| return word;
        }
        return null;
    }
};
