//! The letters of several words read as one.

const prepared = @import("../prepared.zig");
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
        const text = letters.name.words[@ctz(letters.left)].first();
        defer {
            letters.at += 1;
            if (letters.at == text.len) {
                letters.at = 0;
                letters.left &= letters.left - 1;
            }
        }
        return text[letters.at];
    }

    /// Whether two walks give the same.
    pub fn same(first: Letters, second: Letters) bool {
        var a = first;
        var b = second;
        while (a.next()) |letter| if (letter != b.next()) return false;
        return b.next() == null;
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
