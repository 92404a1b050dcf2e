//! Cleansing: a text becomes folded words, each with every folding its letters may have been written in.
//! The same steps as matcher/words.py.

const std = @import("std");
const tables = @import("tables.zig");

pub const text_characters_max = 140;
pub const words_max = 32;
pub const conventions = 7;
/// Bytes that one letter, digit or foreign code point folds to, at most.
const letter_bytes_max = 4;
const bytes_max = text_characters_max * letter_bytes_max * conventions;

/// One folded word; its variants lie in the `Text` it came from.
pub const Token = struct {
    /// Where the variants' bytes are.
    base: [*]const u8,
    starts: [conventions]u16,
    lengths: [conventions]u16,
    variant_count: u8,
    scripts: u8 = 0,
    hyphen: bool = false,
    comma: bool = false,
    dot: bool = false,
    upper: bool = false,
    digits: bool = false,
    sign: bool = false,

    pub fn variant(token: *const Token, number: usize) []const u8 {
        std.debug.assert(token.variant_count > 0);
        const at = @min(number, token.variant_count - 1);
        return token.base[token.starts[at]..][0..token.lengths[at]];
    }

    /// Bytes of the first folding.
    pub fn length(token: *const Token) u16 {
        return token.lengths[0];
    }

    /// Whether every letter is of a script that folds to base Latin.
    pub fn ascii(token: *const Token) bool {
        return token.scripts & tables.script_other == 0;
    }

    /// Bytes of the longest folding.
    pub fn longest(token: *const Token) u16 {
        return std.mem.max(u16, token.lengths[0..token.variant_count]);
    }

    pub fn hasVariant(token: *const Token, text: []const u8) bool {
        for (0..token.variant_count) |number| {
            if (equal(token.variant(number), text)) return true;
        }
        return false;
    }

    pub fn shares(a: *const Token, b: *const Token) bool {
        if (a.variant_count == 1 and b.variant_count == 1) {
            return a.lengths[0] == b.lengths[0] and equal(a.variant(0), b.variant(0));
        }
        for (0..a.variant_count) |number| {
            if (b.hasVariant(a.variant(number))) return true;
        }
        return false;
    }
};

/// Short texts mostly: the first byte settles it more often than not.
pub fn equal(a: []const u8, b: []const u8) bool {
    if (a.len != b.len) return false;
    if (a.len != 0 and a[0] != b[0]) return false;
    return std.mem.eql(u8, a, b);
}

/// What an ASCII character does, and what it folds to: most of most names.
const Ascii = struct { class: tables.Class, folded: u8, upper: bool };

const ascii_table: [128]Ascii = table: {
    @setEvalBranchQuota(10_000);
    var table: [128]Ascii = undefined;
    for (&table, 0..) |*one, code| {
        const entry = tables.foldAscii(code);
        std.debug.assert(entry.mask == 0 and !entry.second() and entry.columns[0] <= 0xff);
        one.* = .{ .class = entry.class(), .folded = @truncate(entry.columns[0]), .upper = entry.upper() };
    }
    break :table table;
};

const Letter = struct { entry: *align(1) const tables.Entry, code: u21 };

/// A text's words and the bytes of their foldings; reused without clearing.
pub const Text = struct {
    tokens_buffer: [words_max]Token,
    token_count: u8,
    bytes: [bytes_max]u8,
    byte_count: u16,
    letters: [text_characters_max]Letter,
    letter_count: u8,
    /// Whether all of the open word is ASCII, and what was counted of it.
    plain: bool,
    plain_letters: u8,
    plain_capitals: u8,
    previous: u21,
    gap_first: ?tables.Class,
    gap_count: u8,
    gap_comma: bool,

    pub const Error = error{TooManyWords};

    pub fn tokens(text: *const Text) []const Token {
        return text.tokens_buffer[0..text.token_count];
    }

    /// Splits `source`, which is UTF-8; one that is longer than a name or has too many words is an error.
    pub fn split(text: *Text, source: []const u8) Error!void {
        text.token_count = 0;
        text.byte_count = 0;
        text.openWord();
        text.clearGap();
        var count: usize = 0;
        var at: usize = 0;
        while (at < source.len) : (count += 1) {
            if (count == text_characters_max) return error.TooManyWords;
            const byte = source[at];
            if (byte < 0x80) {
                try text.takeAscii(byte);
                at += 1;
                continue;
            }
            const length = std.unicode.utf8ByteSequenceLength(byte) catch return error.TooManyWords;
            if (length > source.len - at) return error.TooManyWords;
            try text.take(std.unicode.utf8Decode(source[at..][0..length]) catch return error.TooManyWords);
            at += length;
        }
        try text.end();
    }

    fn openWord(text: *Text) void {
        text.letter_count = 0;
        text.plain = true;
        text.plain_letters = 0;
        text.plain_capitals = 0;
        text.previous = 0;
    }

    fn clearGap(text: *Text) void {
        text.gap_first = null;
        text.gap_count = 0;
        text.gap_comma = false;
    }

    fn takeAscii(text: *Text, byte: u8) Error!void {
        const one = ascii_table[byte];
        switch (one.class) {
            .letter, .digit => {
                text.bytes[text.byte_count + text.letter_count] = one.folded;
                text.letters[text.letter_count] = .{ .entry = tables.fold(byte), .code = byte };
                text.letter_count += 1;
                text.plain_letters += @intFromBool(one.class == .letter);
                text.plain_capitals += @intFromBool(one.upper);
                text.previous = byte;
            },
            else => try text.separate(one.class),
        }
    }

    fn take(text: *Text, code: u21) Error!void {
        const entry = tables.fold(code);
        if (entry.second() and text.previous != 0) {
            if (tables.foldPair(text.previous, code)) |pair| {
                std.debug.assert(text.letter_count > 0);
                text.letters[text.letter_count - 1] = .{ .entry = pair, .code = 0 };
                text.previous = 0;
                text.plain = false;
                return;
            }
        }
        switch (entry.class()) {
            .other, .letter, .digit => {
                text.letters[text.letter_count] = .{ .entry = entry, .code = code };
                text.letter_count += 1;
                text.previous = code;
                text.plain = false;
            },
            else => |class| try text.separate(class),
        }
    }

    fn separate(text: *Text, class: tables.Class) Error!void {
        switch (class) {
            .drop => return,
            .sign => {
                try text.end();
                return text.appendSign();
            },
            .space, .hyphen, .dot, .comma => {},
            .other, .letter, .digit => unreachable,
        }
        try text.end();
        if (text.gap_first == null) text.gap_first = class;
        text.gap_count +|= 1;
        if (class == .comma) text.gap_comma = true;
        if (class == .dot and text.gap_count == 1 and text.token_count > 0) {
            text.tokens_buffer[text.token_count - 1].dot = true;
        }
    }

    fn appendSign(text: *Text) Error!void {
        const token = try text.append();
        token.* = .{
            .base = &text.bytes,
            .starts = @splat(text.byte_count),
            .lengths = @splat(1),
            .variant_count = 1,
            .sign = true,
        };
        text.bytes[text.byte_count] = '&';
        text.byte_count += 1;
    }

    fn append(text: *Text) Error!*Token {
        if (text.token_count == words_max) return error.TooManyWords;
        text.clearGap();
        text.token_count += 1;
        return &text.tokens_buffer[text.token_count - 1];
    }

    /// Ends the word, if one is open.
    fn end(text: *Text) Error!void {
        if (text.letter_count == 0) return;
        defer text.openWord();
        var token: Token = .{
            .base = &text.bytes,
            .starts = undefined,
            .lengths = undefined,
            .variant_count = 0,
        };
        if (text.plain) {
            text.endPlain(&token);
        } else {
            const mask = text.describe(&token);
            for (0..conventions) |convention| {
                if (mask >> @intCast(convention) & 1 != 0) text.foldInto(&token, convention);
            }
        }
        if (token.variant_count == 0) return;
        token.hyphen = text.gap_count == 1 and text.gap_first == .hyphen and text.token_count > 0;
        token.comma = text.gap_comma;
        (try text.append()).* = token;
    }

    /// An ASCII word has one folding, which already lies in place.
    fn endPlain(text: *Text, token: *Token) void {
        token.starts[0] = text.byte_count;
        token.lengths[0] = text.letter_count;
        token.variant_count = 1;
        token.scripts = if (text.plain_letters > 0) tables.script_latin else 0;
        token.upper = text.plain_letters > 0 and text.plain_capitals == text.plain_letters;
        token.digits = text.plain_letters < text.letter_count;
        text.byte_count += text.letter_count;
    }

    /// Gathers what the letters say about the word; returns the conventions that they distinguish.
    fn describe(text: *const Text, token: *Token) u8 {
        var mask: u8 = 1;
        var upper = true;
        for (text.letters[0..text.letter_count]) |letter| {
            mask |= letter.entry.mask;
            token.scripts |= letter.entry.script;
            if (letter.entry.script != 0 and !letter.entry.upper()) upper = false;
            if (letter.entry.class() == .digit) token.digits = true;
        }
        token.upper = upper and token.scripts != 0;
        return mask;
    }

    /// Folds the word in one convention, unless it is empty or equal to an earlier one.
    fn foldInto(text: *Text, token: *Token, convention: usize) void {
        const start = text.byte_count;
        for (text.letters[0..text.letter_count], 0..) |letter, position| {
            const initial = convention == tables.column_with_initial and position == 0;
            text.put(letter, if (initial) tables.column_initial else convention);
        }
        const folded = text.bytes[start..text.byte_count];
        if (folded.len == 0 or token.variant_count > 0 and token.hasVariant(folded)) {
            text.byte_count = start;
            return;
        }
        token.starts[token.variant_count] = start;
        token.lengths[token.variant_count] = @intCast(folded.len);
        token.variant_count += 1;
    }

    fn put(text: *Text, letter: Letter, column: usize) void {
        const cell = letter.entry.columns[column];
        const out = text.bytes[text.byte_count..];
        if (letter.entry.class() == .other) {
            const code: u21 = if (cell == 0) letter.code else @intCast(cell);
            text.byte_count += std.unicode.utf8Encode(code, out) catch 0;
            return;
        }
        var left = cell;
        var count: u16 = 0;
        while (left != 0) : (left >>= 8) {
            out[count] = @truncate(left);
            count += 1;
        }
        text.byte_count += count;
    }
};

test "umlauts fold both ways and words know what stands between them" {
    var text: Text = undefined;
    try text.split("Müller-Lüdenscheid, J.P.");
    const found = text.tokens();
    try std.testing.expectEqual(4, found.len);
    try std.testing.expectEqualStrings("muller", found[0].variant(0));
    try std.testing.expectEqualStrings("mueller", found[0].variant(1));
    try std.testing.expect(found[1].hyphen and !found[0].hyphen);
    try std.testing.expect(found[2].comma and found[2].dot and found[2].upper);
}
