//! Joint accounts: a typed text that names several holders falls into parts, one for each. Same as
//! matcher/joint.py.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Folded = words.Folded;
const Text = words.Text;

const parts_max = words.words_max / 2;

const Range = struct {
    start: usize,
    end: usize,

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

    /// Splits at the connecting words.
    pub fn init(text: Text) Parts {
        var parts: Parts = .{ .text = text, .ranges = undefined, .count = 0 };
        var start: usize = 0;
        for (text.words, 0..) |*folded, at| {
            if (!connects(folded)) continue;
            parts.add(start, at);
            start = at + 1;
        }
        parts.add(start, text.words.len);
        return parts;
    }

    fn add(parts: *Parts, start: usize, end: usize) void {
        if (start == end) return;
        parts.ranges[parts.count] = .{ .start = start, .end = end };
        parts.count += 1;
    }

    /// Gives one part, which lies in `buffer`. A part of one word borrows the surname of the part at the
    /// other end: "Peter und Anna Müller" is Peter Müller and Anna Müller; "Müller Peter und Anna" likewise.
    pub fn part(parts: *const Parts, number: usize, buffer: *Buffer) Text {
        std.debug.assert(parts.count > 1 and number < parts.count);
        const own = parts.ranges[number];
        const borrowed = parts.borrowedBy(number);
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
        const nothing: Range = .{ .start = 0, .end = 0 };
        if (parts.nameCount(parts.ranges[number]) != 1) return nothing;
        const first = parts.ranges[0];
        const last = parts.ranges[parts.count - 1];
        if (number < parts.count - 1 and last.count() > 1) return parts.surname(last);
        if (number > 0 and first.count() > 1) return .{ .start = first.start, .end = first.start + 1 };
        return nothing;
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
    fn surname(parts: *const Parts, range: Range) Range {
        const text = parts.text;
        var start = range.end - 1;
        while (start > range.start + 1) : (start -= 1) {
            const hyphenated = text.gaps[start] == words.hyphen;
            if (!hyphenated and !text.words[start - 1].word.is(tables.particle)) break;
        }
        return .{ .start = start, .end = range.end };
    }
};

fn connects(folded: *const Folded) bool {
    if (folded.sign) return true;
    return folded.word.is(tables.connector) and !(folded.length() == 1 and folded.upper);
}
