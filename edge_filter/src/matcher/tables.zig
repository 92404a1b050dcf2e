//! The compiled tables, read in place. Layout: matcher/tables/blob.py, which writes the same bytes.

const std = @import("std");
const texts = @import("texts.zig");

const blob = @embedFile("tables");
const magic = "VOPT";
const format = 5;
const section_count = 11;
const code_points = 0x20000;
const page_size = 256;
pub const key_bytes_max = 96;
const hash_base = 0x2c1b3c6d;
const hash_shift = 15;
const piece_bits = 17;
pub const forms_max = 16;
pub const column_with_initial = 3;
pub const column_initial = 7;
const column_count = 8;
pub const convention_count = 7;

/// SHA-256 of the tables; computed when asked, for the compiler takes minutes over it.
pub fn hash() [32]u8 {
    var digest: [32]u8 = undefined;
    std.crypto.hash.sha2.Sha256.hash(blob, &digest, .{});
    return digest;
}

/// What a code point does to a name.
pub const Class = enum(u8) {
    other = 0,
    letter = 1,
    digit = 2,
    space = 3,
    drop = 4,
    hyphen = 5,
    dot = 6,
    comma = 7,
    /// The signs & and +.
    sign = 8,
};

pub const script_latin = 1;
pub const script_other = 8;
const flag_upper = 1;
const flag_second = 2;

/// How a code point, or a pair of them, folds.
pub const Entry = extern struct {
    class_number: u8,
    script: u8,
    mask: u8,
    flags: u8,
    columns: [column_count]u32,

    pub fn class(entry: *align(1) const Entry) Class {
        return @fromBackingInt(@intCast(entry.class_number));
    }

    pub fn upper(entry: *align(1) const Entry) bool {
        return entry.flags & flag_upper != 0;
    }

    pub fn second(entry: *align(1) const Entry) bool {
        return entry.flags & flag_second != 0;
    }

    /// The distinct ways to write it, over all conventions.
    pub fn choiceCount(entry: *align(1) const Entry) u8 {
        var count: u8 = 0;
        for (0..convention_count) |column| count += @intFromBool(entry.isChoice(column));
        return count;
    }

    /// The column that holds one of the distinct ways.
    pub fn choice(entry: *align(1) const Entry, number: usize) usize {
        var left = number;
        for (0..convention_count) |column| {
            if (!entry.isChoice(column)) continue;
            if (left == 0) return column;
            left -= 1;
        }
        unreachable;
    }

    /// Whether no column before holds the same.
    fn isChoice(entry: *align(1) const Entry, column: usize) bool {
        for (entry.columns[0..column]) |earlier| if (earlier == entry.columns[column]) return false;
        return true;
    }
};

const Pair = extern struct { first: u32, second: u32, entry: u32 };

/// What the tables know about one folded word.
pub const Word = extern struct {
    key_at: u32 = 0,
    key_length: u8 = 0,
    sex: u8 = 0,
    form_count: u8 = 0,
    variant_count: u8 = 0,
    tags: u16 = 0,
    number: u16 = 0,
    synonym: u16 = 0,
    forms_at: u16 = 0,
    variants_at: u16 = 0,
    person: u16 = 0,

    pub fn key(word: *align(1) const Word) []const u8 {
        return keys[word.key_at..][0..word.key_length];
    }

    pub fn is(word: *align(1) const Word, mask: u16) bool {
        return word.tags & mask != 0;
    }

    /// Whether it says one of these of a person.
    pub fn tells(word: *align(1) const Word, mask: u16) bool {
        return word.person & mask != 0;
    }

    pub fn forms(word: *align(1) const Word) []align(1) const u16 {
        return ids[word.forms_at..][0..word.form_count];
    }

    pub fn variants(word: *align(1) const Word) []align(1) const u16 {
        return ids[word.variants_at..][0..word.variant_count];
    }
};

pub const WordPointer = *align(1) const Word;
pub const unknown: Word = .{};

pub const title = 1;
pub const particle = 2;
pub const link = 4;
pub const connector = 8;
pub const generic = 16;
pub const generation = 32;
pub const status = 64;
pub const prefix = 128;
pub const weak = 256;
pub const number_word = 512;
pub const branch = 1024;
pub const trading = 2048;
/// Begins a phrase of several words that is a branch's or a trading name's.
pub const opens = 4096;
/// A weak title that counts in capitals.
pub const capitals = 8192;
/// A weak title that counts before a particle.
pub const noble = 16384;
pub const male = 1;
pub const female = 2;
/// With male and female, what a title or a word such as junior tells of a person, or where it is one.
pub const younger = 4;
pub const elder = 8;
pub const front = 16;
pub const forename = 32;
pub const subject = 64;
/// A surname that many bear as a given name.
pub const also_given = 128;

/// Gender endings of surnames.
pub const Ending = extern struct {
    male_length: u8,
    female_length: u8,
    male_bytes: [7]u8,
    female_bytes: [7]u8,

    pub fn male(ending: *align(1) const Ending) []const u8 {
        return ending.male_bytes[0..ending.male_length];
    }

    pub fn female(ending: *align(1) const Ending) []const u8 {
        return ending.female_bytes[0..ending.female_length];
    }
};

/// Code points that the scheme's base set writes alike.
const Range = extern struct { first: u32, last: u32, length: u8, text: [3]u8 };

const stage = section(0, u16);
const pages = section(1, u16);
const entries = section(2, Entry);
const pairs = section(3, Pair);
const words = section(4, Word);
const slots = section(5, u16);
const ids = section(6, u16);
const keys = section(7, u8);
pub const endings = section(8, Ending);
const conversions = section(9, Range);
const pieces = section(10, u8);

comptime {
    std.debug.assert(@import("builtin").cpu.arch.endian() == .little);
    std.debug.assert(@sizeOf(Entry) == 36 and @sizeOf(Pair) == 12);
    std.debug.assert(@sizeOf(Word) == 20 and @sizeOf(Ending) == 16);
    std.debug.assert(std.mem.eql(u8, blob[0..4], magic));
    std.debug.assert(headerInt(4) == format and headerInt(8) == blob.len);
    std.debug.assert(stage.len == code_points / page_size);
    std.debug.assert(std.math.isPowerOfTwo(slots.len) and slots.len > words.len);
    std.debug.assert(pieces.len == 2 * piece_bytes);
}

fn headerInt(comptime at: usize) u32 {
    return std.mem.readInt(u32, blob[at..][0..4], .little);
}

fn section(comptime number: usize, comptime T: type) []align(1) const T {
    comptime std.debug.assert(number < section_count);
    const offset = headerInt(12 + 8 * number);
    const count = headerInt(16 + 8 * number);
    const elements: usize = if (number == 1) count * page_size else count;
    const bytes = blob[offset..][0 .. elements * @sizeOf(T)];
    const pointer: [*]align(1) const T = @ptrCast(bytes);
    return pointer[0..elements];
}

/// The entry of an ASCII character for the compiler, which over `fold` would copy the whole blob each time.
pub fn foldAscii(comptime code: usize) Entry {
    std.debug.assert(code < 128);
    return comptime entry: {
        @setEvalBranchQuota(20_000);
        const page: usize = std.mem.readInt(u16, blob[headerInt(12)..][0..2], .little);
        const number_at = headerInt(12 + 8) + @sizeOf(u16) * (page * page_size + code);
        const number: usize = std.mem.readInt(u16, blob[number_at..][0..2], .little);
        const bytes = blob[headerInt(12 + 16) + @sizeOf(Entry) * number ..][0..@sizeOf(Entry)].*;
        break :entry std.mem.bytesToValue(Entry, &bytes);
    };
}

/// Whether words that end with two letters may differ by a gender ending; most may not.
pub fn mayDifferByEnding(a: u8, b: u8) bool {
    if (!std.ascii.isLower(a) or !std.ascii.isLower(b)) return true;
    return ending_letters[a - 'a'] >> @intCast(b - 'a') & 1 != 0;
}

/// For each last letter, the last letters on the other side, as bits; a side without an ending has any.
const ending_letters: [26]u32 = table: {
    @setEvalBranchQuota(20_000);
    var table: [26]u32 = @splat(0);
    for (0..endings.len) |number| {
        const bytes = blob[headerInt(12 + 8 * 8) + @sizeOf(Ending) * number ..][0..@sizeOf(Ending)].*;
        const ending = std.mem.bytesToValue(Ending, &bytes);
        const his = lastLetters(ending.male());
        const hers = lastLetters(ending.female());
        for (&table, 0..) |*set, letter| {
            if (his >> letter & 1 != 0) set.* |= hers;
            if (hers >> letter & 1 != 0) set.* |= his;
        }
    }
    break :table table;
};

fn lastLetters(ending: []const u8) u32 {
    return if (ending.len == 0) std.math.maxInt(u32) else 1 << (ending[ending.len - 1] - 'a');
}

/// The entry of a code point.
pub fn fold(code: u21) *align(1) const Entry {
    if (code >= code_points) return &entries[0];
    const page: usize = stage[code >> 8];
    return &entries[pages[page * page_size + (code & 0xff)]];
}

/// The entry of two code points that fold as one, if they do.
pub fn foldPair(first: u21, second: u21) ?*align(1) const Entry {
    var low: usize = 0;
    var high: usize = pairs.len;
    while (low < high) {
        const middle = (low + high) / 2;
        const pair = &pairs[middle];
        if (pair.first == first and pair.second == second) return &entries[pair.entry];
        if (pair.first < first or (pair.first == first and pair.second < second)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return null;
}

/// What a code point is written as in the scheme's base set, if the table says so.
pub fn converted(code: u21) ?[]const u8 {
    var low: usize = 0;
    var high: usize = conversions.len;
    while (low < high) {
        const middle = (low + high) / 2;
        const range = &conversions[middle];
        if (code < range.first) {
            high = middle;
        } else if (code > range.last) {
            low = middle + 1;
        } else return range.text[0..range.length];
    }
    return null;
}

pub const word_count = words.len;

/// The folded word that the tables know by this number.
pub fn keyOf(number: usize) []const u8 {
    return words[number].key();
}

/// The hash of a text: a polynomial, so that words written as one have a hash made of theirs.
pub fn hashOf(text: []const u8) u32 {
    var value: u32 = 0;
    for (text) |byte| value = value *% hash_base +% byte;
    return value;
}

/// The hash of two texts written as one, of which the second is no longer than a key.
pub fn hashJoined(first: u32, second: u32, second_length: usize) u32 {
    return first *% powers[second_length] +% second;
}

const powers: [key_bytes_max + 1]u32 = table: {
    var table: [key_bytes_max + 1]u32 = undefined;
    var power: u32 = 1;
    for (&table) |*one| {
        one.* = power;
        power *%= hash_base;
    }
    break :table table;
};

fn mixed(hash_value: u32) u32 {
    return hash_value ^ hash_value >> hash_shift;
}

const piece_bytes = 1 << piece_bits - 3;

/// An end of a legal form or a state.
pub const End = enum(u1) { front = 0, back = 1 };

/// Whether a legal form or a state may begin, or end, with a text that has this hash; most texts are neither.
pub fn mayBePiece(end: End, hash_value: u32) bool {
    const piece = mixed(hash_value) & ((1 << piece_bits) - 1);
    return pieces[@backingInt(end) * @as(usize, piece_bytes) + piece / 8] >> @intCast(piece % 8) & 1 != 0;
}

/// Walks the words that may have a key with a hash and a length.
pub const Search = struct {
    slot: usize,
    length: usize,

    pub fn init(hash_value: u32, length: usize) Search {
        return .{ .slot = mixed(hash_value) & (slots.len - 1), .length = length };
    }

    pub fn next(search: *Search) ?WordPointer {
        for (0..slots.len) |_| {
            const number = slots[search.slot];
            if (number == 0) return null;
            search.slot = (search.slot + 1) & (slots.len - 1);
            const word = &words[number - 1];
            if (word.key_length == search.length) return word;
        }
        return null;
    }
};

/// What the tables know about a folded word, or null.
pub fn find(key: []const u8) ?WordPointer {
    return findHashed(key, hashOf(key));
}

/// The same, of a text whose hash is known.
pub fn findHashed(key: []const u8, hash_value: u32) ?WordPointer {
    if (key.len == 0 or key.len > key_bytes_max) return null;
    var search: Search = .init(hash_value, key.len);
    while (search.next()) |word| if (texts.equal(word.key(), key)) return word;
    return null;
}

test "every index of the tables is within its section" {
    const expect = std.testing.expect;
    for (stage) |page| try expect((@as(usize, page) + 1) * page_size <= pages.len);
    for (pages) |entry| try expect(entry < entries.len);
    for (pairs) |pair| try expect(pair.entry < entries.len);
    for (slots) |number| try expect(number <= words.len);
    for (entries) |entry| try expect(entry.class_number <= @backingInt(Class.sign));
    for (endings) |ending| try expect(ending.male_length <= 7 and ending.female_length <= 7);
    for (conversions, 0..) |range, at| {
        try expect(range.length <= range.text.len and range.first <= range.last);
        try expect(at == 0 or conversions[at - 1].last < range.first);
    }
    for (words) |*word| {
        try expect(word.form_count <= forms_max);
        try expect(@as(usize, word.key_at) + word.key_length <= keys.len);
        try expect(@as(usize, word.forms_at) + word.form_count <= ids.len);
        try expect(@as(usize, word.variants_at) + word.variant_count <= ids.len);
        try expect(find(word.key()) == word);
        if (word.form_count == 0 and !word.is(status)) continue;
        for (0..word.key_length) |at| {
            try expect(mayBePiece(.front, hashOf(word.key()[0 .. at + 1])));
            try expect(mayBePiece(.back, hashOf(word.key()[at..])));
        }
    }
}
