//! Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours; the distance that
//! rapidfuzz calls OSA.

const std = @import("std");

pub const edits_max = 2;
const width = 2 * edits_max + 1;
/// More than any distance that is told apart.
const far = edits_max + 1;

/// The edits between two texts, or more than `allowed` if there are more.
pub fn osa(first: []const u8, second: []const u8, allowed: u8) u8 {
    std.debug.assert(allowed <= edits_max);
    var a = first;
    var b = second;
    while (a.len > 0 and b.len > 0 and a[0] == b[0]) {
        a = a[1..];
        b = b[1..];
    }
    while (a.len > 0 and b.len > 0 and a[a.len - 1] == b[b.len - 1]) {
        a = a[0 .. a.len - 1];
        b = b[0 .. b.len - 1];
    }
    if (a.len > b.len + allowed or b.len > a.len + allowed) return far;
    return banded(a, b, allowed);
}

/// Three rows of the table, of each only the cells within `edits_max` of the diagonal: cell d of row i is
/// column
/// i + d - edits_max.
fn banded(a: []const u8, b: []const u8, allowed: u8) u8 {
    var before: [width]u8 = @splat(far);
    var above: [width]u8 = @splat(far);
    for (edits_max..width, 0..) |d, distance| {
        if (distance <= b.len) above[d] = @intCast(distance);
    }
    for (1..a.len + 1) |i| {
        var row: [width]u8 = @splat(far);
        var least: u8 = far;
        for (0..width) |d| {
            if (i + d < edits_max or i + d - edits_max > b.len) continue;
            const j = i + d - edits_max;
            row[d] = cell(a, b, i, j, d, &row, &above, &before);
            least = @min(least, row[d]);
        }
        if (least > allowed and std.mem.min(u8, &above) > allowed) return far;
        before = above;
        above = row;
    }
    std.debug.assert(b.len + edits_max >= a.len and b.len + edits_max - a.len < width);
    return above[b.len + edits_max - a.len];
}

fn cell(
    a: []const u8,
    b: []const u8,
    i: usize,
    j: usize,
    d: usize,
    row: *const [width]u8,
    above: *const [width]u8,
    before: *const [width]u8,
) u8 {
    if (j == 0) return @intCast(@min(i, far));
    var least: u8 = above[d] + @intFromBool(a[i - 1] != b[j - 1]);
    if (d + 1 < width) least = @min(least, above[d + 1] + 1);
    if (d > 0) least = @min(least, row[d - 1] + 1);
    if (i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]) least = @min(least, before[d] + 1);
    return @min(least, far);
}

test "small distances are exact and larger ones are far" {
    const cases = .{
        .{ "bauer", "baur", 1 },        .{ "muller", "mueller", 1 }, .{ "schmidt", "schmitd", 1 },
        .{ "kowalski", "kowlasky", 2 }, .{ "meyer", "meyer", 0 },    .{ "abcd", "wxyz", far },
        .{ "ca", "abc", far },          .{ "", "ab", 2 },            .{ "a", "", 1 },
    };
    inline for (cases) |one| {
        try std.testing.expectEqual(@as(u8, one[2]), osa(one[0], one[1], edits_max));
        try std.testing.expectEqual(@as(u8, one[2]), osa(one[1], one[0], edits_max));
    }
}
