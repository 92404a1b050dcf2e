//! Words written as one, as the tables hold phrases and legal forms, to be looked up in each of their foldings.

const std = @import("std");
const tables = @import("tables.zig");
const texts = @import("texts.zig");
const words = @import("words.zig");
const Folded = words.Folded;

/// Longer than any key.
const too_long = tables.key_bytes_max + 1;

/// The foldings to try of some words, of which those with fewer keep their last.
pub const Key = struct {
    variants: u8 = 1,
    /// Of the first folding.
    characters: usize = 0,
    lengths: [words.variants_max]u8 = @splat(0),
    hashes: [words.variants_max]u32 = @splat(0),

    /// Takes one more word at an end of the key, no sign; false if the key is too long then for
    /// the tables.
    pub fn take(key: *Key, comptime end: enum { front, back }, folded: *const Folded) bool {
        std.debug.assert(!folded.sign);
        while (key.variants < folded.variant_count) : (key.variants += 1) {
            key.lengths[key.variants] = key.lengths[key.variants - 1];
            key.hashes[key.variants] = key.hashes[key.variants - 1];
        }
        var possible = false;
        for (key.lengths[0..key.variants], key.hashes[0..key.variants], 0..) |*length, *hash, number| {
            const own = @min(number, folded.variant_count - 1);
            const longer = @as(usize, length.*) + folded.lengths[own];
            if (longer > tables.key_bytes_max) {
                length.* = too_long;
                continue;
            }
            hash.* = switch (end) {
                .front => tables.hashJoined(folded.hashes[own], hash.*, length.*),
                .back => tables.hashJoined(hash.*, folded.hashes[own], folded.lengths[own]),
            };
            length.* = @intCast(longer);
            possible = true;
        }
        key.characters += if (folded.base())
            folded.length()
        else
            std.unicode.utf8CountCodepoints(folded.first()) catch unreachable;
        return possible;
    }

    /// Whether a legal form or a state may begin, or end, with a folding of what was taken.
    pub fn mayBePiece(key: *const Key, end: tables.End) bool {
        for (key.lengths[0..key.variants], key.hashes[0..key.variants]) |length, hash| {
            if (length != too_long and tables.mayBePiece(end, hash)) return true;
        }
        return false;
    }

    /// Takes the words of a run at the back; false if the key is too long then.
    pub fn takeRun(key: *Key, run: []const Folded) bool {
        for (run) |*folded| if (!folded.sign and !key.take(.back, folded)) return false;
        return true;
    }

    /// The first folding that the tables know and `wanted` allows of the words taken, which are two runs, one
    /// behind the other, without their signs.
    pub fn find(
        key: *const Key,
        run: []const Folded,
        rest: []const Folded,
        comptime wanted: fn (tables.WordPointer) bool,
    ) ?tables.WordPointer {
        for (key.lengths[0..key.variants], key.hashes[0..key.variants], 0..) |length, hash, number| {
            if (length == too_long) continue;
            var search: tables.Search = .init(hash, length);
            while (search.next()) |word| {
                const behind = without(word.key(), run, number) orelse continue;
                const end = without(behind, rest, number) orelse continue;
                std.debug.assert(end.len == 0);
                if (wanted(word)) return word;
                break;
            }
        }
        return null;
    }
};

/// What is left of a text that begins with one folding of some words.
fn without(text: []const u8, run: []const Folded, number: usize) ?[]const u8 {
    var left = text;
    for (run) |*folded| {
        if (folded.sign) continue;
        const piece = folded.variant(@min(number, folded.variant_count - 1));
        if (!texts.startsWith(left, piece)) return null;
        left = left[piece.len..];
    }
    return left;
}

/// Wants any word that the tables know.
pub fn any(_: tables.WordPointer) bool {
    return true;
}
