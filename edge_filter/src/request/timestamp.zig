//! Date-times of the two timestamp headers: docs/formats.md section 8.

const std = @import("std");
const bytes = @import("../bytes.zig");

/// Longest text that `format` writes: `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub const text_bytes_max = 24;

const ms_per_day = 86_400_000;

/// Unix time in milliseconds of a date-time with offset; null if the form is wrong or the date doesn't exist.
pub fn parse(text: []const u8) ?i64 {
    if (text.len < "0001-01-01T00:00:00Z".len) return null;
    if (text[4] != '-' or text[7] != '-' or text[10] != 'T' or text[13] != ':' or text[16] != ':') return null;
    const year = digits(text[0..4]) orelse return null;
    const month = digits(text[5..7]) orelse return null;
    const day = digits(text[8..10]) orelse return null;
    const hour = digits(text[11..13]) orelse return null;
    const minute = digits(text[14..16]) orelse return null;
    const second = digits(text[17..19]) orelse return null;
    if (year < 1 or month < 1 or month > 12) return null;
    if (day < 1 or day > daysOfMonth(year, month)) return null;
    if (hour > 23 or minute > 59 or second > 59) return null;
    const fraction = fractionOf(text[19..]) orelse return null;
    const offset_minutes = offsetOf(text[19 + fraction.length ..]) orelse return null;
    const seconds: i64 = hour * 3_600 + minute * 60 + second;
    return daysSinceEpoch(year, month, day) * ms_per_day + seconds * 1_000 + fraction.ms - offset_minutes * 60_000;
}

const Fraction = struct { length: usize, ms: i64 };

/// An optional `.` with 1 to 9 digits at the start of `text`.
fn fractionOf(text: []const u8) ?Fraction {
    if (text.len == 0 or text[0] != '.') return .{ .length = 0, .ms = 0 };
    var length: usize = 1;
    var ms: i64 = 0;
    while (length < text.len and std.ascii.isDigit(text[length])) : (length += 1) {
        if (length <= 3) ms = ms * 10 + (text[length] - '0');
    }
    if (length < 2 or length > 10) return null;
    for (@min(length, 4)..4) |_| ms *= 10;
    return .{ .length = length, .ms = ms };
}

/// `Z` or `±HH:MM`, in minutes east of UTC.
fn offsetOf(text: []const u8) ?i64 {
    if (std.mem.eql(u8, text, "Z")) return 0;
    if (text.len != "+00:00".len or text[3] != ':') return null;
    const hour = digits(text[1..3]) orelse return null;
    const minute = digits(text[4..6]) orelse return null;
    if (hour > 23 or minute > 59) return null;
    return switch (text[0]) {
        '+' => hour * 60 + minute,
        '-' => -(hour * 60 + minute),
        else => null,
    };
}

fn digits(text: []const u8) ?i64 {
    var value: i64 = 0;
    for (text) |digit| {
        if (!std.ascii.isDigit(digit)) return null;
        value = value * 10 + (digit - '0');
    }
    return value;
}

fn daysOfMonth(year: i64, month: i64) i64 {
    const leap = @rem(year, 4) == 0 and (@rem(year, 100) != 0 or @rem(year, 400) == 0);
    return switch (month) {
        4, 6, 9, 11 => 30,
        2 => if (leap) 29 else 28,
        else => 31,
    };
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years start in March, so that leap days come last.
fn daysSinceEpoch(year: i64, month: i64, day: i64) i64 {
    const shifted = if (month <= 2) year - 1 else year;
    const era = @divFloor(shifted, 400);
    const year_of_era = shifted - era * 400;
    const march_month = @mod(month + 9, 12);
    const day_of_year = @divFloor(153 * march_month + 2, 5) + day - 1;
    const day_of_era = year_of_era * 365 + @divFloor(year_of_era, 4) - @divFloor(year_of_era, 100) + day_of_year;
    return era * 146_097 + day_of_era - 719_468;
}

/// Writes Unix milliseconds as UTC with `Z`, the fraction's trailing zeros stripped and none if it is zero.
pub fn format(buffer: *[text_bytes_max]u8, unix_ms: u64) []const u8 {
    const days: i64 = @intCast(unix_ms / ms_per_day);
    const ms_of_day = unix_ms % ms_per_day;
    const shifted = days + 719_468;
    const era = @divFloor(shifted, 146_097);
    const day_of_era = shifted - era * 146_097;
    const leap_days = @divFloor(day_of_era, 1_460) - @divFloor(day_of_era, 36_524) + @divFloor(day_of_era, 146_096);
    const year_of_era = @divFloor(day_of_era - leap_days, 365);
    const before_year = 365 * year_of_era + @divFloor(year_of_era, 4) - @divFloor(year_of_era, 100);
    const day_of_year = day_of_era - before_year;
    const march_month = @divFloor(5 * day_of_year + 2, 153);
    const day = day_of_year - @divFloor(153 * march_month + 2, 5) + 1;
    const month = if (march_month < 10) march_month + 3 else march_month - 9;
    const year = year_of_era + era * 400 + @intFromBool(month <= 2);
    var writer: bytes.Writer = .{ .buffer = buffer };
    write(&writer, @intCast(year), @intCast(month), @intCast(day), ms_of_day) catch unreachable;
    return writer.written();
}

fn write(writer: *bytes.Writer, year: u64, month: u64, day: u64, ms_of_day: u64) bytes.Writer.Error!void {
    try writer.padded(year, 4);
    try writer.put("-");
    try writer.padded(month, 2);
    try writer.put("-");
    try writer.padded(day, 2);
    try writer.put("T");
    try writer.padded(ms_of_day / 3_600_000, 2);
    try writer.put(":");
    try writer.padded(ms_of_day / 60_000 % 60, 2);
    try writer.put(":");
    try writer.padded(ms_of_day / 1_000 % 60, 2);
    const ms = ms_of_day % 1_000;
    if (ms != 0) try writer.put(".");
    if (ms % 100 == 0 and ms != 0) {
        try writer.padded(ms / 100, 1);
    } else if (ms % 10 == 0 and ms != 0) {
        try writer.padded(ms / 10, 2);
    } else if (ms != 0) {
        try writer.padded(ms, 3);
    }
    try writer.put("Z");
}

test "forms that are taken, with their time" {
    const cases = .{
        .{ "1970-01-01T00:00:00Z", 0 },
        .{ "2026-11-24T15:38:46.1Z", 1_795_534_726_100 },
        .{ "2026-11-24T16:38:46.123456789+01:00", 1_795_534_726_123 },
        .{ "2024-02-29T23:59:59-00:30", 1_709_252_999_000 },
        .{ "0001-01-01T00:00:00Z", -62_135_596_800_000 },
        .{ "9999-12-31T23:59:59.999Z", 253_402_300_799_999 },
    };
    inline for (cases) |case| try std.testing.expectEqual(@as(?i64, case[1]), parse(case[0]));
}

test "forms that are refused" {
    const cases = [_][]const u8{
        "",                           "2026-11-24",                      "2026-11-24T15:38:46",
        "2026-11-24t15:38:46Z",       "2026-11-24T15:38:46z",            "2026-11-24 15:38:46Z",
        "2026-02-29T00:00:00Z",       "2100-02-29T00:00:00Z",            "0000-01-01T00:00:00Z",
        "2026-13-01T00:00:00Z",       "2026-00-01T00:00:00Z",            "2026-04-31T00:00:00Z",
        "2026-11-24T24:00:00Z",       "2026-11-24T23:60:00Z",            "2026-11-24T23:59:60Z",
        "2026-11-24T15:38:46.Z",      "2026-11-24T15:38:46.1234567891Z", "2026-11-24T15:38:46,1Z",
        "2026-11-24T15:38:46+24:00",  "2026-11-24T15:38:46+00:60",       "2026-11-24T15:38:46+0000",
        "2026-11-24T15:38:46+00:00Z", "2026-11-24T15:38:46ZZ",           "+026-11-24T15:38:46Z",
        " 2026-11-24T15:38:46Z",      "2026-11-24T15:38:46Z ",
        "２026-11-24T15:38:46Z",
    };
    for (cases) |case| try std.testing.expectEqual(@as(?i64, null), parse(case));
}

test "what is written strips zeros and reads back" {
    var buffer: [text_bytes_max]u8 = undefined;
    try std.testing.expectEqualStrings("1970-01-01T00:00:00Z", format(&buffer, 0));
    try std.testing.expectEqualStrings("2026-11-24T15:38:46.1Z", format(&buffer, 1_795_534_726_100));
    try std.testing.expectEqualStrings("2026-11-24T15:38:46.01Z", format(&buffer, 1_795_534_726_010));
    try std.testing.expectEqualStrings("2026-11-24T15:38:46.001Z", format(&buffer, 1_795_534_726_001));
    var ms: u64 = 0;
    while (ms < 253_402_300_799_999) : (ms += 8_640_000_123_457 / 64) {
        try std.testing.expectEqual(@as(?i64, @intCast(ms)), parse(format(&buffer, ms)));
    }
}
