//! Words written as one, as the tables hold phrases and legal forms, to be looked up in each of their foldings.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Folded = words.Folded;

/// The foldings to try of some words, in order; those with fewer keep their last. The signs & and + are left
/// out. They are hashed as the words come, so that a key that grows costs no more than its letters.
pub const Key = struct {
    variants: u8 = 1,
    /// Of the first folding.
    characters: usize = 0,
    hashes: [words.variants_max]u32 = @splat(tables.hash_start),
    lengths: [words.variants_max]u16 = @splat(0),

    /// Takes one more word; false if the key is too long then for the tables.
    pub fn take(key: *Key, folded: *const Folded) bool {
        std.debug.assert(!folded.sign and folded.variant_count > 0);
        const last = key.variants - 1;
        for (key.variants..@max(key.variants, folded.variant_count)) |number| {
            key.hashes[number] = key.hashes[last];
            key.lengths[number] = key.lengths[last];
        }
        key.variants = @max(key.variants, folded.variant_count);
        var possible = false;
        for (0..key.variants) |number| {
            const text = variantOf(folded, number);
            key.hashes[number] = tables.hashOn(key.hashes[number], text);
            key.lengths[number] += @intCast(text.len);
            possible = possible or key.lengths[number] <= tables.key_bytes_max;
        }
        key.characters += if (folded.base())
            folded.length()
        else
            std.unicode.utf8CountCodepoints(folded.first()) catch unreachable;
        return possible;
    }

    /// Takes the words of a run; false if the key is too long then.
    pub fn takeRun(key: *Key, run: []const Folded) bool {
        for (run) |*folded| if (!folded.sign and !key.take(folded)) return false;
        return true;
    }

    /// The first folding of the words that were taken, two runs one behind the other, that the tables know and
    /// `wanted` allows.
    pub fn find(
        key: *const Key,
        run: []const Folded,
        rest: []const Folded,
        comptime wanted: fn (tables.WordPointer) bool,
    ) ?tables.WordPointer {
        for (0..key.variants) |number| {
            const spelled: Spelled = .{ .run = run, .rest = rest, .number = number };
            const word = tables.findHashed(key.hashes[number], key.lengths[number], &spelled) orelse continue;
            if (wanted(word)) return word;
        }
        return null;
    }
};

/// One folding of two runs of words.
const Spelled = struct {
    run: []const Folded,
    rest: []const Folded,
    number: usize,

    pub fn is(spelled: *const Spelled, text: []const u8) bool {
        var left = text;
        for ([_][]const Folded{ spelled.run, spelled.rest }) |run| {
            for (run) |*folded| {
                if (folded.sign) continue;
                const piece = variantOf(folded, spelled.number);
                if (!std.mem.startsWith(u8, left, piece)) return false;
                left = left[piece.len..];
            }
        }
        return left.len == 0;
    }
};

fn variantOf(folded: *const Folded, number: usize) []const u8 {
    return folded.variant(@min(number, folded.variant_count - 1));
}

/// Wants any word that the tables know.
pub fn any(_: tables.WordPointer) bool {
    return true;
}
