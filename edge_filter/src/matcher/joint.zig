//! Joint accounts: a typed text that names several holders falls into parts, one for each. Same as
//! matcher/joint.py.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Folded = words.Folded;
const Text = words.Text;

const parts_max = words.words_max;

const Range = struct {
    start: usize,
    end: usize,

    const nothing: Range = .{ .start = 0, .end = 0 };

    fn count(range: Range) usize {
        return range.end - range.start;
    }
};

/// Where a part that is being compared lies.
pub const Buffer = struct { words: [words.words_max]Folded, gaps: [words.words_max + 1]u8 };

/// The parts of a typed text.
pub const Parts = struct {
    text: Text,
    ranges: [parts_max]Range,
    count: usize,
    /// Each part is a whole name, so none borrows.
    whole: bool,

    /// Splits at connecting words and strokes, and at commas where a whole name stands on each side of each.
    pub fn init(text: Text) Parts {
        const parts: Parts = .split(text, words.slash, false);
        const by_commas: Parts = .split(text, words.slash | words.comma, true);
        if (by_commas.count <= parts.count) return parts;
        for (by_commas.ranges[0..by_commas.count]) |range| {
            if (by_commas.nameCount(range) < 2) return parts;
        }
        return by_commas;
    }

    /// Splits at the connecting words, and where one of the gaps stands.
    fn split(text: Text, gaps: u8, whole: bool) Parts {
        var parts: Parts = .{ .text = text, .ranges = undefined, .count = 0, .whole = whole };
        var start: usize = 0;
        for (text.words, text.gaps[0..text.words.len], 0..) |*folded, gap, at| {
            const connecting = connects(folded);
            if (!connecting and gap & gaps == 0) continue;
            parts.add(start, at);
            start = at + @intFromBool(connecting);
        }
        parts.add(start, text.words.len);
        return parts;
    }

    fn add(parts: *Parts, start: usize, end: usize) void {
        if (start >= end) return;
        parts.ranges[parts.count] = .{ .start = start, .end = end };
        parts.count += 1;
    }

    /// Gives one part, which lies in `buffer`. A part of one word borrows the surname of the part at the
    /// other end: "Peter und Anna Müller" is Peter Müller and Anna Müller; "Müller Peter und Anna" and
    /// "Müller, Peter/Anna" likewise.
    pub fn part(parts: *const Parts, number: usize, buffer: *Buffer) Text {
        std.debug.assert(parts.count > 1 and number < parts.count);
        const own = parts.ranges[number];
        const borrowed = if (parts.whole) Range.nothing else parts.borrowedBy(number);
        const count = own.count();
        const total = count + borrowed.count();
        @memcpy(buffer.words[0..count], parts.text.words[own.start..own.end]);
        @memcpy(buffer.words[count..total], parts.text.words[borrowed.start..borrowed.end]);
        @memcpy(buffer.gaps[0..count], parts.text.gaps[own.start..own.end]);
        @memset(buffer.gaps[count .. total + 1], 0);
        buffer.gaps[0] = 0;
        buffer.gaps[count] = parts.text.gaps[own.end] & words.dot;
        return .init(buffer.words[0..total], buffer.gaps[0 .. total + 1], 0);
    }

    fn borrowedBy(parts: *const Parts, number: usize) Range {
        if (parts.nameCount(parts.ranges[number]) != 1) return .nothing;
        const first = parts.ranges[0];
        const last = parts.ranges[parts.count - 1];
        if (number < parts.count - 1 and parts.nameCount(last) > 1) return parts.surnameAtEnd(last);
        if (number > 0 and parts.nameCount(first) > 1) return parts.surname(first);
        return .nothing;
    }

    /// The words of a part that are no titles.
    fn nameCount(parts: *const Parts, range: Range) usize {
        var count: usize = 0;
        for (parts.text.words[range.start..range.end]) |*folded| {
            count += @intFromBool(!folded.word.is(tables.title));
        }
        return count;
    }

    /// The last word with the particles and hyphenated words before it.
    fn surnameAtEnd(parts: *const Parts, range: Range) Range {
        const text = parts.text;
        var start = range.end - 1;
        while (start > range.start + 1) : (start -= 1) {
            const hyphenated = text.gaps[start] == words.hyphen;
            if (!hyphenated and !text.words[start - 1].word.is(tables.particle)) break;
        }
        return .{ .start = start, .end = range.end };
    }

    /// The surname that a later part borrows: before a comma, else at the end behind a given name.
    fn surname(parts: *const Parts, range: Range) Range {
        const text = parts.text;
        for (range.start + 1..range.end) |end| {
            if (text.gaps[end] & words.comma != 0) return .{ .start = range.start, .end = end };
        }
        if (text.words[range.start].word.sex != 0 and text.words[range.end - 1].word.sex == 0) {
            return parts.surnameAtEnd(range);
        }
        var end = range.start + 1;
        while (end < range.end and text.words[end - 1].word.is(tables.particle)) end += 1;
        return .{ .start = range.start, .end = end };
    }
};

fn connects(folded: *const Folded) bool {
    if (folded.sign) return true;
    return folded.word.is(tables.connector) and !(folded.length() == 1 and folded.upper);
}
