//! The request's headers: read from proxy-wasm's serialised pairs, checked as docs/formats.md section 8 says.

const std = @import("std");
const bytes = @import("../bytes.zig");
const limits = @import("../limits.zig");
const faults = @import("faults.zig");
const timestamp = @import("timestamp.zig");

/// One header; both slices point into the caller's bytes.
pub const Header = struct { name: []const u8, value: []const u8 };

/// A header that may be there once, twice, or not.
const Single = struct {
    value: ?[]const u8 = null,
    twice: bool = false,

    fn take(single: *Single, value: []const u8) void {
        if (single.value != null) single.twice = true else single.value = value;
    }
};

/// What the filter looks at; filled by `take` for each header, judged by `judge`.
pub const Headers = struct {
    method: Single = .{},
    path: Single = .{},
    request_id: Single = .{},
    request_timestamp: Single = .{},
    content_type: Single = .{},
    content_encoding: Single = .{},

    /// Names are compared without case.
    pub fn take(headers: *Headers, header: Header) void {
        inline for (.{
            .{ ":method", &headers.method },
            .{ ":path", &headers.path },
            .{ "x-request-id", &headers.request_id },
            .{ "x-request-timestamp", &headers.request_timestamp },
            .{ "content-type", &headers.content_type },
            .{ "content-encoding", &headers.content_encoding },
        }) |known| {
            if (std.ascii.eqlIgnoreCase(header.name, known[0])) known[1].take(header.value);
        }
    }
};

/// What is left of the headers once they are judged.
pub const Judgement = struct {
    /// The first fault among 0 to 5, or null.
    fault: ?faults.Fault,
    /// What to echo as `x-request-id`; empty if it may not be echoed.
    request_id: []const u8,
    /// Unix milliseconds of the peer's clock; 0 if the header has a fault.
    requested_at_ms: i64,
};

/// Checks in the order of docs/formats.md section 8.
pub fn judge(headers: *const Headers) Judgement {
    const requested_at_ms = if (headers.request_timestamp.twice)
        null
    else
        timestamp.parse(headers.request_timestamp.value orelse "");
    const request_id = headers.request_id.value orelse "";
    return .{
        .fault = firstFault(headers, requested_at_ms != null),
        .request_id = if (isEchoable(request_id)) request_id else "",
        .requested_at_ms = requested_at_ms orelse 0,
    };
}

fn firstFault(headers: *const Headers, timestamp_good: bool) ?faults.Fault {
    if (!isTarget(headers)) return faults.target;
    if (headers.request_timestamp.value == null) return faults.timestamp_missing;
    if (!timestamp_good) return faults.timestamp_form;
    const request_id = headers.request_id.value orelse return faults.request_id_missing;
    if (headers.request_id.twice or !isUuid(request_id)) return faults.request_id_form;
    if (!isJson(headers)) return faults.content_type;
    return null;
}

fn isTarget(headers: *const Headers) bool {
    if (headers.method.twice or headers.path.twice) return false;
    const path = headers.path.value orelse return false;
    const end = std.mem.findScalar(u8, path, '?') orelse path.len;
    return std.mem.eql(u8, headers.method.value orelse "", "POST") and
        std.mem.eql(u8, path[0..end], "/vop/v1/payee-verifications");
}

fn isUuid(text: []const u8) bool {
    if (text.len != 36) return false;
    for (text, 0..) |byte, index| {
        switch (index) {
            8, 13, 18, 23 => if (byte != '-') return false,
            else => if (!std.ascii.isHex(byte)) return false,
        }
    }
    return true;
}

fn isEchoable(text: []const u8) bool {
    if (text.len > limits.request_id_bytes_max) return false;
    for (text) |byte| {
        if (byte < 0x21 or byte > 0x7e) return false;
    }
    return true;
}

/// `application/json`, with no charset but UTF-8 and no content encoding.
fn isJson(headers: *const Headers) bool {
    if (headers.content_type.twice or headers.content_encoding.twice) return false;
    if (headers.content_encoding.value) |encoding| {
        if (encoding.len > 0 and !std.ascii.eqlIgnoreCase(encoding, "identity")) return false;
    }
    var parts = std.mem.splitScalar(u8, headers.content_type.value orelse return false, ';');
    if (!std.ascii.eqlIgnoreCase(trim(parts.first()), "application/json")) return false;
    while (parts.next()) |part| {
        const equals = std.mem.findScalar(u8, part, '=') orelse part.len;
        if (!std.ascii.eqlIgnoreCase(trim(part[0..equals]), "charset")) continue;
        const value = unquote(trim(part[@min(equals + 1, part.len)..]));
        if (!std.ascii.eqlIgnoreCase(value, "utf-8")) return false;
    }
    return true;
}

fn trim(text: []const u8) []const u8 {
    return std.mem.trim(u8, text, " \t");
}

fn unquote(text: []const u8) []const u8 {
    if (text.len < 2 or text[0] != '"' or text[text.len - 1] != '"') return text;
    return text[1 .. text.len - 1];
}

/// Iterates proxy-wasm's serialised header pairs: `u32 count`, the lengths of each, then each name and value with a
/// zero behind it.
pub const Pairs = struct {
    lengths: bytes.Reader,
    texts: bytes.Reader,

    /// Pairs beyond `limits.headers_max`, or lengths that don't fit, are an error.
    pub fn init(serialised: []const u8) error{Malformed}!Pairs {
        var reader: bytes.Reader = .{ .bytes = serialised };
        const count = reader.int(u32) catch return error.Malformed;
        if (count > limits.headers_max) return error.Malformed;
        const lengths = reader.take(8 * @as(usize, count)) catch return error.Malformed;
        return .{ .lengths = .{ .bytes = lengths }, .texts = .{ .bytes = serialised[reader.at..] } };
    }

    pub fn next(pairs: *Pairs) error{Malformed}!?Header {
        if (pairs.lengths.ended()) return null;
        return pairs.read() catch error.Malformed;
    }

    fn read(pairs: *Pairs) bytes.Reader.Error!Header {
        const name_length = try pairs.lengths.int(u32);
        const value_length = try pairs.lengths.int(u32);
        const name = try pairs.texts.take(name_length);
        _ = try pairs.texts.take(1);
        const value = try pairs.texts.take(value_length);
        _ = try pairs.texts.take(1);
        return .{ .name = name, .value = value };
    }
};

/// Writes headers in the same serialised form.
pub fn serialise(buffer: []u8, headers: []const Header) bytes.Writer.Error![]const u8 {
    var writer: bytes.Writer = .{ .buffer = buffer };
    try writer.int(u32, @intCast(headers.len));
    for (headers) |header| {
        try writer.int(u32, @intCast(header.name.len));
        try writer.int(u32, @intCast(header.value.len));
    }
    for (headers) |header| {
        try writer.put(header.name);
        try writer.put("\x00");
        try writer.put(header.value);
        try writer.put("\x00");
    }
    return writer.written();
}

test "pairs read what serialise wrote, and refuse what is cut short" {
    var buffer: [256]u8 = undefined;
    const written = try serialise(&buffer, &.{
        .{ .name = ":method", .value = "POST" },
        .{ .name = "x-empty", .value = "" },
    });
    var pairs = try Pairs.init(written);
    try std.testing.expectEqualStrings("POST", (try pairs.next()).?.value);
    try std.testing.expectEqualStrings("x-empty", (try pairs.next()).?.name);
    try std.testing.expectEqual(@as(?Header, null), try pairs.next());
    for (0..written.len) |length| {
        var cut = Pairs.init(written[0..length]) catch continue;
        const refused = while (true) {
            if ((cut.next() catch break true) == null) break false;
        };
        try std.testing.expect(refused);
    }
}
