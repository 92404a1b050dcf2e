//! What was typed, in the two forms that leave the request: for decision records, and for the parity tests.

const std = @import("std");
const bytes = @import("../bytes.zig");
const limits = @import("../limits.zig");
const request_form = @import("request.zig");

const Request = request_form.Request;

const text_bytes_max = 4 * limits.identification_characters_max;
const entry_bytes_max = 2 + 4 * limits.scheme_characters_max + 4 * limits.issuer_characters_max + text_bytes_max + 8;
/// The longest of either form.
pub const bytes_max = 1 + limits.request_identifications_max * entry_bytes_max;

comptime {
    std.debug.assert(bytes_max >= 4 * limits.name_characters_max);
    std.debug.assert(bytes_max < limits.decision_bytes_max - 1_024);
}

/// The name, or `kind:scheme:issuer:value` lines (docs/formats.md section 7).
pub fn forRecord(buffer: *[bytes_max]u8, request: *const Request) []const u8 {
    var writer: bytes.Writer = .{ .buffer = buffer };
    writeLines(&writer, request) catch unreachable;
    return writer.written();
}

fn writeLines(writer: *bytes.Writer, request: *const Request) bytes.Writer.Error!void {
    if (request.kind == .name) return writer.put(request.name);
    for (request.identificationList(), 0..) |*identification, index| {
        if (index > 0) try writer.put("\n");
        try writer.decimal(@backingInt(identification.kind));
        try writer.put(":");
        try writer.put(identification.scheme);
        try writer.put(":");
        try writer.put(identification.issuer);
        try writer.put(":");
        try writer.put(identification.value);
    }
}

/// The name, or the binary form of docs/formats.md section 10.
pub fn forParity(buffer: *[bytes_max]u8, request: *const Request) []const u8 {
    var writer: bytes.Writer = .{ .buffer = buffer };
    writeParity(&writer, request) catch unreachable;
    return writer.written();
}

fn writeParity(writer: *bytes.Writer, request: *const Request) bytes.Writer.Error!void {
    if (request.kind == .name) return writer.put(request.name);
    try writer.int(u8, @intCast(request.identification_count));
    for (request.identificationList()) |*identification| {
        try writer.int(u8, @backingInt(identification.kind));
        try writer.str(u8, identification.scheme);
        try writer.str(u8, identification.issuer);
        try writer.str(u16, identification.value);
    }
}
