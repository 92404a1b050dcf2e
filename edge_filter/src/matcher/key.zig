//! Words written as one, as the tables hold phrases and legal forms, to be looked up in each of their foldings.

const std = @import("std");
const tables = @import("tables.zig");
const Folded = @import("words.zig").Folded;

/// The foldings to try of some words; those with fewer keep their last. The signs & and + are left out.
pub const Key = struct {
    variants: u8 = 1,
    /// Of the first folding; the tables hold nothing longer.
    characters: usize = 0,

    /// Takes one more word; false if the key is too long then.
    pub fn take(key: *Key, folded: *const Folded) bool {
        key.variants = @max(key.variants, folded.variant_count);
        key.characters += if (folded.base())
            folded.length()
        else
            std.unicode.utf8CountCodepoints(folded.first()) catch unreachable;
        return key.characters <= tables.key_bytes_max;
    }

    /// The first folding of two runs of words, one behind the other, that the tables know and `wanted` allows.
    pub fn find(
        key: *const Key,
        run: []const Folded,
        rest: []const Folded,
        comptime wanted: fn (tables.WordPointer) bool,
    ) ?tables.WordPointer {
        var buffer: [tables.key_bytes_max]u8 = undefined;
        for (0..key.variants) |number| {
            const head = write(run, number, &buffer, 0) orelse continue;
            const length = write(rest, number, &buffer, head) orelse continue;
            const word = tables.find(buffer[0..length]) orelse continue;
            if (wanted(word)) return word;
        }
        return null;
    }

    fn write(run: []const Folded, number: usize, buffer: *[tables.key_bytes_max]u8, at: usize) ?usize {
        var length = at;
        for (run) |*folded| {
            if (folded.sign) continue;
            const text = folded.variant(@min(number, folded.variant_count - 1));
            if (text.len > buffer.len - length) return null;
            @memcpy(buffer[length..][0..text.len], text);
            length += text.len;
        }
        return length;
    }
};

/// Wants any word that the tables know.
pub fn any(_: tables.WordPointer) bool {
    return true;
}
