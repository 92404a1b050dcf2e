//! Joint accounts: a typed text that names several holders falls into parts, one for each. Same as
//! matcher/joint.py.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Token = words.Token;

const parts_max = words.words_max / 2;

const Range = struct { start: usize, end: usize };

/// The parts of a typed text.
pub const Parts = struct {
    tokens: []const Token,
    ranges: [parts_max]Range,
    count: usize,

    /// Splits at the connecting words.
    pub fn init(tokens: []const Token) Parts {
        std.debug.assert(tokens.len <= words.words_max);
        var parts: Parts = .{ .tokens = tokens, .ranges = undefined, .count = 0 };
        var start: usize = 0;
        for (tokens, 0..) |*token, at| {
            if (!connects(token)) continue;
            parts.add(start, at);
            start = at + 1;
        }
        parts.add(start, tokens.len);
        return parts;
    }

    fn add(parts: *Parts, start: usize, end: usize) void {
        if (start == end) return;
        parts.ranges[parts.count] = .{ .start = start, .end = end };
        parts.count += 1;
    }

    /// Writes one part's words to `out`. A part of one word borrows the surname of the part at the other end.
    pub fn part(parts: *const Parts, number: usize, out: *[words.words_max]Token) []const Token {
        std.debug.assert(parts.count > 1 and number < parts.count);
        const own = parts.slice(number);
        @memcpy(out[0..own.len], own);
        if (nameCount(own) != 1) return out[0..own.len];
        const first = parts.slice(0);
        const last = parts.slice(parts.count - 1);
        if (number < parts.count - 1 and last.len > 1) {
            const borrowed = surname(last);
            @memcpy(out[own.len..][0..borrowed.len], borrowed);
            return out[0 .. own.len + borrowed.len];
        }
        if (number > 0 and first.len > 1) {
            out[own.len] = first[0];
            return out[0 .. own.len + 1];
        }
        return out[0..own.len];
    }

    fn slice(parts: *const Parts, number: usize) []const Token {
        const range = parts.ranges[number];
        return parts.tokens[range.start..range.end];
    }
};

fn connects(token: *const Token) bool {
    if (token.sign) return true;
    return tagged(token, tables.connector) and !(token.length() == 1 and token.upper);
}

/// The words of a part that are no titles.
fn nameCount(part: []const Token) usize {
    var count: usize = 0;
    for (part) |*token| {
        if (!tagged(token, tables.title)) count += 1;
    }
    return count;
}

/// The last word with the particles and hyphenated words before it.
fn surname(part: []const Token) []const Token {
    var start = part.len - 1;
    while (start > 1 and (part[start].hyphen or tagged(&part[start - 1], tables.particle))) start -= 1;
    return part[start..];
}

fn tagged(token: *const Token, tag: u16) bool {
    const word = tables.find(token.variant(0)) orelse return false;
    return word.is(tag);
}
