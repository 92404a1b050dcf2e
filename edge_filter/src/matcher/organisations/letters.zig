//! The letters of several words read as one.

const std = @import("std");
const prepared = @import("../prepared.zig");
const texts = @import("../texts.zig");
const Prepared = prepared.Prepared;
const Set = prepared.Set;

/// Walks the bytes of the first foldings of a set of words.
pub const Letters = struct {
    name: *const Prepared,
    left: Set,
    at: usize = 0,

    pub fn of(name: *const Prepared, set: Set) Letters {
        return .{ .name = name, .left = set };
    }

    pub fn next(letters: *Letters) ?u8 {
        if (letters.left == 0) return null;
        const rest = letters.piece();
        letters.skip(1, rest.len);
        return rest[0];
    }

    /// Whether two walks give the same.
    pub fn same(first: Letters, second: Letters) bool {
        var a = first;
        var b = second;
        while (a.left != 0 and b.left != 0) {
            const ours = a.piece();
            const others = b.piece();
            const length = @min(ours.len, others.len);
            if (!texts.equal(ours[0..length], others[0..length])) return false;
            a.skip(length, ours.len);
            b.skip(length, others.len);
        }
        return a.left == 0 and b.left == 0;
    }

    /// What is left of the word that the walk is in.
    fn piece(letters: *const Letters) []const u8 {
        return letters.name.words[@ctz(letters.left)].first()[letters.at..];
    }

    /// Passes over the beginning of a piece.
    fn skip(letters: *Letters, length: usize, piece_length: usize) void {
        std.debug.assert(0 < length and length <= piece_length);
        letters.at += length;
        if (length < piece_length) return;
        letters.at = 0;
        letters.left &= letters.left - 1;
    }

    /// Whether a walk gives the first letter of each of some words, all of them ASCII.
    pub fn areFirstOf(letters: Letters, name: *const Prepared, set: Set) bool {
        var walk = letters;
        var positions = prepared.each(set);
        while (positions.next()) |i| {
            const letter = walk.next() orelse return false;
            if (letter >= 0x80 or letter != name.words[i].first()[0]) return false;
        }
        return walk.next() == null;
    }
};

/// The bytes of the first foldings of a set of words.
pub fn count(name: *const Prepared, set: Set) u32 {
    var total: u32 = 0;
    var positions = prepared.each(set);
    while (positions.next()) |i| total += name.words[i].length();
    return total;
}
