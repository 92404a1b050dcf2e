//! The bodies of docs/formats.md section 8, byte for byte.

const std = @import("std");
const bytes = @import("../bytes.zig");
const faults = @import("faults.zig");
const Kind = @import("request.zig").Kind;

/// Longest body: a matched name of 140 characters, each escaped in 6 bytes, and its frame.
pub const body_bytes_max = 2_048;

pub const Outcome = enum(u8) {
    match = 1,
    close_match = 2,
    no_match = 3,
    not_possible = 4,
    refused = 5,
    handed_over = 6,

    /// The scheme's word for an outcome that answers.
    pub fn word(outcome: Outcome) []const u8 {
        return switch (outcome) {
            .match => "MTCH",
            .close_match => "CMTC",
            .no_match => "NMTC",
            .not_possible => "NOAP",
            .refused, .handed_over => unreachable,
        };
    }
};

/// The body of an answer; `matched_name` is given if and only if the outcome is a close match.
pub fn answer(buffer: *[body_bytes_max]u8, kind: Kind, outcome: Outcome, matched_name: []const u8) []const u8 {
    std.debug.assert((outcome == .close_match) == (matched_name.len > 0));
    std.debug.assert(kind == .name or outcome != .close_match);
    var writer: bytes.Writer = .{ .buffer = buffer };
    writeAnswer(&writer, kind, outcome, matched_name) catch unreachable;
    return writer.written();
}

fn writeAnswer(writer: *bytes.Writer, kind: Kind, outcome: Outcome, matched_name: []const u8) !void {
    try writer.put(if (kind == .name) "{\"partyNameMatch\":\"" else "{\"partyIdMatch\":\"");
    try writer.put(outcome.word());
    if (outcome == .close_match) {
        try writer.put("\",\"matchedName\":\"");
        try escape(writer, matched_name);
    }
    try writer.put("\"}");
}

/// The body of an error of the scheme, status 400.
pub fn refusal(buffer: *[body_bytes_max]u8, fault: faults.Fault) []const u8 {
    var writer: bytes.Writer = .{ .buffer = buffer };
    writeRefusal(&writer, fault) catch unreachable;
    return writer.written();
}

fn writeRefusal(writer: *bytes.Writer, fault: faults.Fault) !void {
    try writer.put(if (faults.isTimestamp(fault))
        "{\"type\":\"urn:vop:fault:timestamp-invalid\",\"code\":\"TIMESTAMP_INVALID\"," ++
            "\"title\":\"The request timestamp is missing or malformed\",\"status\":400,\"detail\":\""
    else
        "{\"type\":\"urn:vop:fault:format-error\",\"code\":\"FORMAT_ERROR\"," ++
            "\"title\":\"The request breaks the schema\",\"status\":400,\"detail\":\"");
    try escape(writer, faults.detail(fault));
    try writer.put("\"}");
}

/// The body of status 500.
pub const internal_error = "{\"type\":\"urn:vop:fault:internal\",\"title\":\"Internal error\",\"status\":500}";

fn escape(writer: *bytes.Writer, text: []const u8) bytes.Writer.Error!void {
    for (text) |byte| {
        switch (byte) {
            '"' => try writer.put("\\\""),
            '\\' => try writer.put("\\\\"),
            0x08 => try writer.put("\\b"),
            '\t' => try writer.put("\\t"),
            '\n' => try writer.put("\\n"),
            0x0c => try writer.put("\\f"),
            '\r' => try writer.put("\\r"),
            0...7, 0x0b, 0x0e...0x1f => {
                try writer.put("\\u00");
                try writer.hex(&.{byte});
            },
            else => try writer.put(&.{byte}),
        }
    }
}

test "bodies have the contract's bytes" {
    var buffer: [body_bytes_max]u8 = undefined;
    try std.testing.expectEqualStrings("{\"partyNameMatch\":\"MTCH\"}", answer(&buffer, .name, .match, ""));
    try std.testing.expectEqualStrings("{\"partyIdMatch\":\"NMTC\"}", answer(&buffer, .identification, .no_match, ""));
    try std.testing.expectEqualStrings(
        "{\"partyNameMatch\":\"CMTC\",\"matchedName\":\"A \\\"B\\\\ \\n\\u0001\u{fc}\"}",
        answer(&buffer, .name, .close_match, "A \"B\\ \n\x01\u{fc}"),
    );
    try std.testing.expectEqualStrings(
        "{\"type\":\"urn:vop:fault:timestamp-invalid\",\"code\":\"TIMESTAMP_INVALID\",\"title\":\"The request " ++
            "timestamp is missing or malformed\",\"status\":400,\"detail\":\"X-Request-Timestamp: is missing\"}",
        refusal(&buffer, faults.timestamp_missing),
    );
}

test "the longest bodies fit" {
    var buffer: [body_bytes_max]u8 = undefined;
    const name: [140]u8 = @splat(0x01);
    try std.testing.expectEqual(40 + 6 * 140 + 2, answer(&buffer, .name, .close_match, &name).len);
    for (0..faults.count) |fault| _ = refusal(&buffer, @intCast(fault));
}
