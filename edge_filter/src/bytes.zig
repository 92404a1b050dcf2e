//! Bounded reading and writing of the little-endian forms in docs/formats.md.

const std = @import("std");

/// Reads from the front of `bytes`; every read past the end is `error.Short`.
pub const Reader = struct {
    bytes: []const u8,
    at: usize = 0,

    pub const Error = error{Short};

    /// The next `count` bytes, as a slice of the input.
    pub fn take(reader: *Reader, count: usize) Error![]const u8 {
        std.debug.assert(reader.at <= reader.bytes.len);
        if (count > reader.bytes.len - reader.at) return error.Short;
        defer reader.at += count;
        return reader.bytes[reader.at..][0..count];
    }

    /// The next `count` bytes, copied.
    pub fn array(reader: *Reader, comptime count: usize) Error![count]u8 {
        return (try reader.take(count))[0..count].*;
    }

    /// An unsigned little-endian integer.
    pub fn int(reader: *Reader, comptime T: type) Error!T {
        return std.mem.readInt(T, (try reader.take(@sizeOf(T)))[0..@sizeOf(T)], .little);
    }

    /// Bytes behind a length of type `Length`.
    pub fn str(reader: *Reader, comptime Length: type) Error![]const u8 {
        return reader.take(try reader.int(Length));
    }

    pub fn ended(reader: *const Reader) bool {
        return reader.at == reader.bytes.len;
    }
};

/// Writes to the front of `buffer`; a write past the end is `error.Full` and writes nothing.
pub const Writer = struct {
    buffer: []u8,
    at: usize = 0,

    pub const Error = error{Full};

    pub fn put(writer: *Writer, bytes: []const u8) Error!void {
        std.debug.assert(writer.at <= writer.buffer.len);
        if (bytes.len > writer.buffer.len - writer.at) return error.Full;
        @memcpy(writer.buffer[writer.at..][0..bytes.len], bytes);
        writer.at += bytes.len;
    }

    pub fn int(writer: *Writer, comptime T: type, value: T) Error!void {
        var bytes: [@sizeOf(T)]u8 = undefined;
        std.mem.writeInt(T, &bytes, value, .little);
        try writer.put(&bytes);
    }

    /// Bytes behind a length of type `Length`; too long for it is `error.Full`.
    pub fn str(writer: *Writer, comptime Length: type, bytes: []const u8) Error!void {
        if (bytes.len > std.math.maxInt(Length)) return error.Full;
        try writer.int(Length, @intCast(bytes.len));
        try writer.put(bytes);
    }

    /// An unsigned integer in decimal digits, without leading zeros.
    pub fn decimal(writer: *Writer, value: u64) Error!void {
        var digits: [20]u8 = undefined;
        var start: usize = digits.len;
        var rest = value;
        while (true) {
            start -= 1;
            digits[start] = '0' + @as(u8, @intCast(rest % 10));
            rest /= 10;
            if (rest == 0) break;
        }
        try writer.put(digits[start..]);
    }

    /// An unsigned integer in exactly `width` decimal digits; higher digits are cut off.
    pub fn padded(writer: *Writer, value: u64, comptime width: usize) Error!void {
        var digits: [width]u8 = undefined;
        var rest = value;
        for (0..width) |position| {
            digits[width - 1 - position] = '0' + @as(u8, @intCast(rest % 10));
            rest /= 10;
        }
        try writer.put(&digits);
    }

    /// Lower-case hex digits of `bytes`.
    pub fn hex(writer: *Writer, bytes: []const u8) Error!void {
        for (bytes) |byte| {
            try writer.put(&.{ "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15] });
        }
    }

    pub fn written(writer: *const Writer) []u8 {
        return writer.buffer[0..writer.at];
    }
};

/// Decodes lower- or upper-case hex of exactly `out.len` bytes.
pub fn unhex(out: []u8, text: []const u8) error{Malformed}!void {
    if (text.len != 2 * out.len) return error.Malformed;
    for (out, 0..) |*byte, index| {
        byte.* = (try nibble(text[2 * index])) << 4 | try nibble(text[2 * index + 1]);
    }
}

fn nibble(digit: u8) error{Malformed}!u8 {
    return switch (digit) {
        '0'...'9' => digit - '0',
        'a'...'f' => digit - 'a' + 10,
        'A'...'F' => digit - 'A' + 10,
        else => error.Malformed,
    };
}

test "what a writer writes a reader reads" {
    var buffer: [64]u8 = undefined;
    var writer: Writer = .{ .buffer = &buffer };
    try writer.int(u64, 0x0102030405060708);
    try writer.str(u16, "payee");
    try writer.decimal(0);
    try writer.decimal(18_446_744_073_709_551_615);
    try writer.padded(7, 3);
    var reader: Reader = .{ .bytes = writer.written() };
    try std.testing.expectEqual(0x0102030405060708, try reader.int(u64));
    try std.testing.expectEqualStrings("payee", try reader.str(u16));
    try std.testing.expectEqualStrings("018446744073709551615007", try reader.take(24));
    try std.testing.expect(reader.ended());
    try std.testing.expectError(error.Short, reader.take(1));
}

test "a full writer writes nothing more" {
    var buffer: [3]u8 = undefined;
    var writer: Writer = .{ .buffer = &buffer };
    try std.testing.expectError(error.Full, writer.int(u32, 1));
    try writer.put("abc");
    try std.testing.expectError(error.Full, writer.put("d"));
    try std.testing.expectEqualStrings("abc", writer.written());
}

test "hex is read in either case and refused otherwise" {
    var out: [2]u8 = undefined;
    try unhex(&out, "aB0f");
    try std.testing.expectEqualSlices(u8, &.{ 0xab, 0x0f }, &out);
    try std.testing.expectError(error.Malformed, unhex(&out, "aB0"));
    try std.testing.expectError(error.Malformed, unhex(&out, "aB0g"));
}
