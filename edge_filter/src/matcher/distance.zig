//! Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours; the distance that
//! rapidfuzz calls OSA.

const std = @import("std");

pub const edits_max = 2;
/// More than any distance that is told apart.
const far = edits_max + 1;

/// The edits between two texts, or more than `allowed` if there are more.
pub fn osa(first: []const u8, second: []const u8, allowed: u8) u8 {
    std.debug.assert(allowed <= edits_max);
    const rest = differing(first, second);
    if (rest.a.len == 0 and rest.b.len == 0) return 0;
    if (allowed == 0) return far;
    if (isOneEdit(rest.a, rest.b)) return 1;
    if (allowed == 1) return far;
    // Where the texts first differ there is an edit, whichever of the four: equal beginnings need none.
    for (edits(rest.a, rest.b)) |edited| {
        const after = edited orelse continue;
        const left = differing(after.a, after.b);
        if (isOneEdit(left.a, left.b)) return 2;
    }
    return far;
}

const Pair = struct { a: []const u8, b: []const u8 };

/// Two texts without their common beginning and end.
fn differing(first: []const u8, second: []const u8) Pair {
    const shorter = @min(first.len, second.len);
    var start: usize = 0;
    while (start < shorter and first[start] == second[start]) start += 1;
    const a = first[start..];
    const b = second[start..];
    var end: usize = 0;
    while (end < shorter - start and a[a.len - 1 - end] == b[b.len - 1 - end]) end += 1;
    return .{ .a = a[0 .. a.len - end], .b = b[0 .. b.len - end] };
}

/// Whether texts that neither begin nor end alike are one edit apart.
fn isOneEdit(a: []const u8, b: []const u8) bool {
    if (a.len + b.len == 1 or (a.len == 1 and b.len == 1)) return true;
    return isSwap(a, b) and a.len == 2 and b.len == 2;
}

/// What is left of two texts after each edit at their beginning: another letter, one too many in either, a swap.
fn edits(a: []const u8, b: []const u8) [4]?Pair {
    return .{
        if (a.len > 0 and b.len > 0) .{ .a = a[1..], .b = b[1..] } else null,
        if (a.len > 0) .{ .a = a[1..], .b = b } else null,
        if (b.len > 0) .{ .a = a, .b = b[1..] } else null,
        if (isSwap(a, b)) .{ .a = a[2..], .b = b[2..] } else null,
    };
}

/// Whether two texts begin with the same two letters, swapped.
fn isSwap(a: []const u8, b: []const u8) bool {
    return a.len >= 2 and b.len >= 2 and a[0] == b[1] and a[1] == b[0];
}

/// The edits between two texts of up to `length_max` letters, however many.
pub fn whole(comptime length_max: usize, first: []const u8, second: []const u8) u32 {
    const rest = differing(first, second);
    const a = rest.a;
    const b = rest.b;
    std.debug.assert(a.len <= length_max and b.len <= length_max);
    const Row = [length_max + 1]u8;
    comptime std.debug.assert(length_max <= std.math.maxInt(u8));
    var rows: [3]Row = undefined;
    for (0..b.len + 1) |j| rows[0][j] = @intCast(j);
    for (1..a.len + 1) |i| {
        const row = &rows[i % 3];
        const above = &rows[(i + 2) % 3];
        const before = &rows[(i + 1) % 3];
        row[0] = @intCast(i);
        for (1..b.len + 1) |j| {
            var least = above[j - 1] + @intFromBool(a[i - 1] != b[j - 1]);
            least = @min(least, above[j] + 1);
            least = @min(least, row[j - 1] + 1);
            if (i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]) {
                least = @min(least, before[j - 2] + 1);
            }
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
}

test "small distances are exact and larger ones are far" {
    const cases = .{
        .{ "bauer", "baur", 1 },        .{ "muller", "mueller", 1 }, .{ "schmidt", "schmitd", 1 },
        .{ "kowalski", "kowlasky", 2 }, .{ "meyer", "meyer", 0 },    .{ "abcd", "wxyz", far },
        .{ "ca", "abc", far },          .{ "", "ab", 2 },            .{ "a", "", 1 },
        .{ "", "", 0 },                 .{ "", "abc", far },         .{ "abab", "baba", 2 },
        .{ "ab", "cabd", 2 },           .{ "aab", "ab", 1 },         .{ "abcdef", "badcef", 2 },
    };
    inline for (cases) |one| {
        try std.testing.expectEqual(@as(u8, one[2]), osa(one[0], one[1], edits_max));
        try std.testing.expectEqual(@as(u8, one[2]), osa(one[1], one[0], edits_max));
    }
}

test "distances of all short texts over three letters are the textbook's" {
    const texts_max = 1 + 3 + 9 + 27 + 81;
    var texts: [texts_max][4]u8 = undefined;
    var lengths: [texts_max]usize = undefined;
    var count: usize = 0;
    for ([_]usize{ 1, 3, 9, 27, 81 }, 0..) |total, length| {
        for (0..total) |number| {
            var digits = number;
            for (texts[count][0..length]) |*letter| {
                letter.* = 'a' + @as(u8, @intCast(digits % 3));
                digits /= 3;
            }
            lengths[count] = length;
            count += 1;
        }
    }
    for (&texts, lengths) |*a, a_length| for (&texts, lengths) |*b, b_length| {
        const expected = textbook(a[0..a_length], b[0..b_length]);
        for (0..edits_max + 1) |allowed| {
            const found = osa(a[0..a_length], b[0..b_length], @intCast(allowed));
            if (expected <= allowed) {
                try std.testing.expectEqual(expected, found);
            } else try std.testing.expect(found > allowed);
        }
        try std.testing.expectEqual(@as(u32, expected), whole(4, a[0..a_length], b[0..b_length]));
    };
}

/// The distance by the whole table, for texts of up to four letters.
fn textbook(a: []const u8, b: []const u8) u8 {
    var table: [5][5]u8 = @splat(@splat(0));
    for (0..a.len + 1) |i| {
        for (0..b.len + 1) |j| {
            var least: u8 = if (i == 0) @intCast(j) else if (j == 0) @intCast(i) else table[i - 1][j] + 1;
            if (i > 0 and j > 0) {
                least = @min(least, table[i][j - 1] + 1);
                least = @min(least, table[i - 1][j - 1] + @intFromBool(a[i - 1] != b[j - 1]));
            }
            if (i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]) {
                least = @min(least, table[i - 2][j - 2] + 1);
            }
            table[i][j] = least;
        }
    }
    return table[a.len][b.len];
}
