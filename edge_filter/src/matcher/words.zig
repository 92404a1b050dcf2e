//! Cleansing: a text becomes folded words, each with every folding its letters may have been written in.
//! The same steps as matcher/words.py.

const std = @import("std");
const tables = @import("tables.zig");
const texts = @import("texts.zig");

pub const equal = texts.equal;

pub const text_characters_max = 140;
pub const words_max = 32;
/// Foldings of one word.
pub const variants_max = 8;
/// Bytes that one letter, digit or foreign code point folds to, at most.
pub const letter_bytes_max = 4;
/// With room to write all bytes of a letter, most of them zero, behind the last.
const bytes_max = (text_characters_max * variants_max + 1) * letter_bytes_max;

comptime {
    std.debug.assert(variants_max >= tables.convention_count);
}

/// What stands before a word, as bits; a dot only counts right behind the word before, 0 is nothing at all.
pub const space = 1;
pub const hyphen = 2;
pub const comma = 4;
pub const dot = 8;
pub const slash = 16;

/// One folded word, and what the tables know about it; its foldings lie in the `Reader` it came from.
pub const Folded = struct {
    /// Where the foldings' bytes are.
    base_at: [*]const u8,
    starts: [variants_max]u16,
    lengths: [variants_max]u16,
    /// The foldings' hashes, as `tables.hashOf` gives them.
    hashes: [variants_max]u32,
    variant_count: u8,
    /// Its letters and digits as they were written; a pair that folds as one counts once.
    letters: u8,
    /// Scripts of its letters, as bits.
    scripts: u8 = 0,
    /// It has letters and all of them are capitals.
    upper: bool = false,
    /// It holds a digit.
    digits: bool = false,
    /// It is one of the signs & and +.
    sign: bool = false,
    /// What the lexicon says of the first folding that it holds.
    word: tables.WordPointer = &tables.unknown,

    /// One of its foldings, each different from the others.
    pub fn variant(folded: *const Folded, number: usize) []const u8 {
        std.debug.assert(number < folded.variant_count);
        return folded.base_at[folded.starts[number]..][0..folded.lengths[number]];
    }

    /// The first folding.
    pub fn first(folded: *const Folded) []const u8 {
        return folded.variant(0);
    }

    /// Bytes of the first folding.
    pub fn length(folded: *const Folded) u16 {
        return folded.lengths[0];
    }

    /// Bytes of the longest folding.
    pub fn longest(folded: *const Folded) u16 {
        return std.mem.max(u16, folded.lengths[0..folded.variant_count]);
    }

    /// Bytes of the shortest folding.
    pub fn shortest(folded: *const Folded) u16 {
        return std.mem.min(u16, folded.lengths[0..folded.variant_count]);
    }

    /// Whether every letter is of a script that folds to base Latin.
    pub fn base(folded: *const Folded) bool {
        return folded.scripts & tables.script_other == 0;
    }

    /// Whether it is a single letter, which may be an initial.
    pub fn letter(folded: *const Folded) bool {
        return folded.letters == 1 and !folded.digits and !folded.sign and folded.base();
    }

    /// Whether one of its foldings is the text.
    pub fn hasVariant(folded: *const Folded, text: []const u8) bool {
        for (0..folded.variant_count) |number| {
            if (equal(folded.variant(number), text)) return true;
        }
        return false;
    }

    /// Whether two words share a folding.
    pub fn shares(a: *const Folded, b: *const Folded) bool {
        for (a.hashes[0..a.variant_count], 0..) |hash, number| {
            if (b.hasHashed(a.variant(number), hash)) return true;
        }
        return false;
    }

    fn hasHashed(folded: *const Folded, text: []const u8, hash: u32) bool {
        for (folded.hashes[0..folded.variant_count], 0..) |own, number| {
            if (own == hash and equal(folded.variant(number), text)) return true;
        }
        return false;
    }
};

/// A text's words, and what stands between them.
pub const Text = struct {
    words: []const Folded,
    /// What stands before each word, and last what stands behind them all, as bits.
    gaps: []const u8,
    /// The text's length as it was given.
    characters: u8,

    pub fn init(words: []const Folded, gaps: []const u8, characters: u8) Text {
        std.debug.assert(words.len <= words_max);
        std.debug.assert(gaps.len == words.len + 1);
        return .{ .words = words, .gaps = gaps, .characters = characters };
    }
};

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

const Letter = struct {
    entry: *align(1) const tables.Entry,
    code: u21,
    /// The distinct ways to write a Latin letter; other scripts' don't mix.
    choices: u8,
};

/// Reads a text into folded words and holds the bytes of their foldings; reused without clearing.
pub const Reader = struct {
    /// The last is never more than the open word.
    words: [words_max + 1]Folded,
    gaps: [words_max + 1]u8,
    word_count: u8,
    bytes: [bytes_max]u8,
    byte_count: u16,
    letters: [text_characters_max]Letter,
    letter_count: u8,
    /// Whether all of the open word is ASCII, and what was counted of it.
    plain: bool,
    plain_letters: u8,
    plain_capitals: u8,
    previous: u21,
    /// What stands behind the last word so far.
    gap: u8,

    pub const Error = error{TooManyWords};

    /// Splits `source`, which is UTF-8; one that is longer than a name or has too many words is an error.
    pub fn read(reader: *Reader, source: []const u8) Error!Text {
        reader.word_count = 0;
        reader.byte_count = 0;
        reader.gap = 0;
        reader.openWord();
        var count: u8 = 0;
        var at: usize = 0;
        while (at < source.len) : (count += 1) {
            if (count == text_characters_max) return error.TooManyWords;
            const byte = source[at];
            if (byte < 0x80) {
                try reader.takeAscii(byte);
                at += 1;
                continue;
            }
            const point = decode(source[at..]) catch return error.TooManyWords;
            try reader.take(point.code);
            at += point.length;
        }
        try reader.end();
        reader.gaps[reader.word_count] = reader.gap;
        return .init(reader.words[0..reader.word_count], reader.gaps[0 .. reader.word_count + 1], count);
    }

    const Point = struct { code: u21, length: u3 };

    /// The first code point of a text that is not ASCII there; most of most scripts take two bytes.
    fn decode(text: []const u8) !Point {
        if (text.len >= 2 and text[0] >= 0xc2 and text[0] < 0xe0 and text[1] & 0xc0 == 0x80) {
            return .{ .code = (@as(u21, text[0] & 0x1f) << 6) | (text[1] & 0x3f), .length = 2 };
        }
        const length = try std.unicode.utf8ByteSequenceLength(text[0]);
        if (length > text.len) return error.TooManyWords;
        return .{ .code = try std.unicode.utf8Decode(text[0..length]), .length = length };
    }

    fn openWord(reader: *Reader) void {
        reader.letter_count = 0;
        reader.plain = true;
        reader.plain_letters = 0;
        reader.plain_capitals = 0;
        reader.previous = 0;
    }

    fn takeAscii(reader: *Reader, byte: u8) Error!void {
        const one = ascii_table[byte];
        switch (one.class) {
            .letter, .digit => {
                reader.bytes[reader.byte_count + reader.letter_count] = one.folded;
                reader.letters[reader.letter_count] = .{
                    .entry = tables.fold(byte),
                    .code = byte,
                    .choices = 1,
                };
                reader.letter_count += 1;
                reader.plain_letters += @intFromBool(one.class == .letter);
                reader.plain_capitals += @intFromBool(one.upper);
                reader.previous = byte;
            },
            else => try reader.part(one.class, byte),
        }
    }

    fn take(reader: *Reader, code: u21) Error!void {
        const entry = tables.fold(code);
        if (entry.second() and reader.previous != 0) {
            if (tables.foldPair(reader.previous, code)) |pair| {
                std.debug.assert(reader.letter_count > 0);
                reader.letters[reader.letter_count - 1] = letterOf(pair, 0);
                reader.previous = 0;
                reader.plain = false;
                return;
            }
        }
        switch (entry.class()) {
            .other, .letter, .digit => {
                reader.letters[reader.letter_count] = letterOf(entry, code);
                reader.letter_count += 1;
                reader.previous = code;
                reader.plain = false;
            },
            else => |class| try reader.part(class, code),
        }
    }

    /// Takes a character that stands between words, or is ignored.
    fn part(reader: *Reader, class: tables.Class, code: u21) Error!void {
        if (class == .drop) return;
        try reader.end();
        switch (class) {
            .sign => try reader.appendSign(),
            .space => reader.gap |= if (code == '/') slash else space,
            .hyphen => reader.gap |= hyphen,
            .comma => reader.gap |= comma,
            .dot => if (reader.gap == 0 and reader.word_count > 0) {
                reader.gap = dot;
            },
            .other, .letter, .digit, .drop => unreachable,
        }
    }

    fn appendSign(reader: *Reader) Error!void {
        reader.words[reader.word_count] = .{
            .base_at = &reader.bytes,
            .starts = @splat(reader.byte_count),
            .lengths = @splat(1),
            .hashes = @splat(tables.hashOf("&")),
            .variant_count = 1,
            .letters = 1,
            .sign = true,
        };
        reader.bytes[reader.byte_count] = '&';
        reader.byte_count += 1;
        try reader.append();
    }

    /// Counts the open word.
    fn append(reader: *Reader) Error!void {
        if (reader.word_count == words_max) return error.TooManyWords;
        reader.gaps[reader.word_count] = reader.gap;
        reader.gap = 0;
        reader.word_count += 1;
    }

    /// Ends the word, if one is open.
    fn end(reader: *Reader) Error!void {
        if (reader.letter_count == 0) return;
        defer reader.openWord();
        const folded = &reader.words[reader.word_count];
        folded.base_at = &reader.bytes;
        folded.variant_count = 0;
        folded.letters = reader.letter_count;
        folded.sign = false;
        folded.word = &tables.unknown;
        if (reader.plain) {
            reader.endPlain(folded);
        } else {
            reader.describe(folded);
            reader.foldVariants(folded);
        }
        if (folded.variant_count == 0) return;
        for (folded.hashes[0..folded.variant_count], 0..) |hash, number| {
            folded.word = tables.findHashed(folded.variant(number), hash) orelse continue;
            break;
        }
        try reader.append();
    }

    /// An ASCII word has one folding, which already lies in place.
    fn endPlain(reader: *Reader, folded: *Folded) void {
        folded.starts[0] = reader.byte_count;
        folded.lengths[0] = reader.letter_count;
        folded.hashes[0] = tables.hashOf(reader.bytes[reader.byte_count..][0..reader.letter_count]);
        folded.variant_count = 1;
        folded.scripts = if (reader.plain_letters > 0) tables.script_latin else 0;
        folded.upper = reader.plain_letters > 0 and reader.plain_capitals == reader.plain_letters;
        folded.digits = reader.plain_letters < reader.letter_count;
        reader.byte_count += reader.letter_count;
    }

    /// Gathers what the letters say about the word.
    fn describe(reader: *const Reader, folded: *Folded) void {
        var upper = true;
        folded.scripts = 0;
        folded.digits = false;
        for (reader.letters[0..reader.letter_count]) |letter| {
            folded.scripts |= letter.entry.script;
            if (letter.entry.script != 0 and !letter.entry.upper()) upper = false;
            if (letter.entry.class() == .digit) folded.digits = true;
        }
        folded.upper = upper and folded.scripts != 0;
    }

    /// Folds the word in every way that its letters distinguish; empty foldings are left out. A Latin word
    /// may mix its choices (Nørgård is also Noergard), up to `variants_max` of them; beyond that, and in other
    /// scripts, one convention holds for the whole word.
    fn foldVariants(reader: *Reader, folded: *Folded) void {
        var mask: u8 = 1;
        var product: u32 = 1;
        for (reader.letters[0..reader.letter_count]) |letter| {
            mask |= letter.entry.mask;
            product = @min(product * letter.choices, variants_max + 1);
        }
        if (folded.scripts & ~@as(u8, tables.script_latin) == 0 and product <= variants_max) {
            for (0..product) |number| {
                const start = reader.byte_count;
                reader.putMixed(@intCast(number), product);
                reader.keepVariant(folded, start);
            }
            return;
        }
        for (0..tables.convention_count) |convention| {
            if (mask >> @intCast(convention) & 1 == 0) continue;
            const start = reader.byte_count;
            for (reader.letters[0..reader.letter_count], 0..) |letter, position| {
                const initial = convention == tables.column_with_initial and position == 0;
                reader.put(letter, if (initial) tables.column_initial else convention);
            }
            reader.keepVariant(folded, start);
        }
    }

    /// Writes one of the `product` mixtures of the letters' choices, of which the last varies fastest.
    fn putMixed(reader: *Reader, number: u32, product: u32) void {
        var rest = number;
        var stride = product;
        for (reader.letters[0..reader.letter_count]) |letter| {
            if (letter.choices == 1) {
                reader.put(letter, 0);
                continue;
            }
            stride /= letter.choices;
            reader.put(letter, letter.entry.choice(rest / stride));
            rest %= stride;
        }
        std.debug.assert(rest == 0);
    }

    /// Counts what was written from `start` as a folding, unless it is empty or equal to an earlier one.
    fn keepVariant(reader: *Reader, folded: *Folded, start: u16) void {
        const text = reader.bytes[start..reader.byte_count];
        const hash = tables.hashOf(text);
        if (text.len == 0 or folded.hasHashed(text, hash)) {
            reader.byte_count = start;
            return;
        }
        folded.starts[folded.variant_count] = start;
        folded.lengths[folded.variant_count] = @intCast(text.len);
        folded.hashes[folded.variant_count] = hash;
        folded.variant_count += 1;
    }

    fn put(reader: *Reader, letter: Letter, column: usize) void {
        const cell = letter.entry.columns[column];
        const out = reader.bytes[reader.byte_count..][0..letter_bytes_max];
        if (letter.entry.class() == .other) {
            const code: u21 = if (cell == 0) letter.code else @intCast(cell);
            reader.byte_count += std.unicode.utf8Encode(code, out) catch 0;
            return;
        }
        std.mem.writeInt(u32, out, cell, .little);
        reader.byte_count += (@as(u16, @bitSizeOf(u32)) + 7 - @clz(cell)) / 8;
    }
};

fn letterOf(entry: *align(1) const tables.Entry, code: u21) Letter {
    return .{
        .entry = entry,
        .code = code,
        .choices = if (entry.mask == 0 or entry.script != tables.script_latin) 1 else entry.choiceCount(),
    };
}

test "umlauts fold both ways and words know what stands between them" {
    var reader: Reader = undefined;
    const text = try reader.read("Müller-Lüdenscheid, J.P./X");
    try std.testing.expectEqual(5, text.words.len);
    try std.testing.expectEqualStrings("muller", text.words[0].variant(0));
    try std.testing.expectEqualStrings("mueller", text.words[0].variant(1));
    try std.testing.expectEqualSlices(u8, &.{ 0, hyphen, comma | space, dot, dot | slash, 0 }, text.gaps);
    try std.testing.expect(text.words[2].letter() and text.words[2].upper);
}

test "a Latin word mixes its foldings up to the limit, and holds to one convention beyond" {
    var reader: Reader = undefined;
    const mixed = (try reader.read("Nørgård")).words[0];
    try std.testing.expect(mixed.hasVariant("noergard"));
    try std.testing.expect(mixed.variant_count <= variants_max);
    const many = (try reader.read("öööö")).words[0];
    try std.testing.expect(many.hasVariant("oooo") and many.hasVariant("oeoeoeoe"));
    try std.testing.expect(!many.hasVariant("oooeoooe"));
}
