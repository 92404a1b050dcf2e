//! Requests to the control plane, and what is accepted as their reply (docs/formats.md section 4).

const std = @import("std");
const bytes = @import("../bytes.zig");
const headers = @import("../request/headers.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");

/// A request that is under way.
pub const Call = struct {
    token: u32,
    sent_ns: u64,
    nonce: [16]u8,

    /// Whether no reply can come any more: Envoy's own timeout is long past.
    pub fn lost(call: *const Call, now_ns: u64) bool {
        return now_ns -| call.sent_ns > limits.call_lost_ms * std.time.ns_per_ms;
    }
};

/// Sends a GET with a fresh nonce.
pub fn get(cluster: []const u8, path: []const u8, now_ns: u64) host.Error!Call {
    var call: Call = .{ .token = 0, .sent_ns = now_ns, .nonce = undefined };
    try host.random(&call.nonce);
    var nonce_text: [32]u8 = undefined;
    var nonce: bytes.Writer = .{ .buffer = &nonce_text };
    nonce.hex(&call.nonce) catch unreachable;
    call.token = try send(cluster, "", &.{
        .{ .name = ":method", .value = "GET" },
        .{ .name = ":path", .value = path },
        .{ .name = ":authority", .value = cluster },
        .{ .name = "x-vop-nonce", .value = nonce.written() },
    });
    return call;
}

/// Sends a POST of JSON.
pub fn post(cluster: []const u8, path: []const u8, body: []const u8, now_ns: u64) host.Error!Call {
    const token = try send(cluster, body, &.{
        .{ .name = ":method", .value = "POST" },
        .{ .name = ":path", .value = path },
        .{ .name = ":authority", .value = cluster },
        .{ .name = "content-type", .value = "application/json" },
    });
    return .{ .token = token, .sent_ns = now_ns, .nonce = @splat(0) };
}

fn send(cluster: []const u8, body: []const u8, all: []const headers.Header) host.Error!u32 {
    var buffer: [1_024]u8 = undefined;
    const pairs = headers.serialise(&buffer, all) catch return error.Host;
    return host.httpCall(cluster, pairs, body, limits.call_timeout_ms);
}

/// Status and content type of the reply at hand. Status 0 if there is no reply, as after a timeout.
pub const Reply = struct { status: u32 = 0, content_type: []const u8 = "" };

/// Reads the reply's headers. Envoy itself answers 503 with a body when the control plane can't be reached.
pub fn reply(header_count: u32) Reply {
    var result: Reply = .{};
    if (header_count == 0) return result;
    var pairs = headers.Pairs.init(host.headerPairs(.call_response) catch return .{}) catch return .{};
    while (pairs.next() catch return .{}) |header| {
        if (std.mem.eql(u8, header.name, ":status")) {
            result.status = std.fmt.parseUnsigned(u32, header.value, 10) catch return .{};
        }
        if (std.ascii.eqlIgnoreCase(header.name, "content-type")) result.content_type = header.value;
    }
    return result;
}
