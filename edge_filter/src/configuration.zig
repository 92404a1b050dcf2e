//! The configurations of the two modules (docs/formats.md section 6), read strictly: every member must be there, be
//! right, and be known.

const std = @import("std");
const bytes = @import("bytes.zig");
const json = @import("request/json.zig");
const limits = @import("limits.zig");

pub const Error = error{Malformed};

/// Text of at most `max` bytes, kept in place.
pub fn Text(comptime max: usize) type {
    return struct {
        buffer: [max]u8,
        length: usize,

        const Self = @This();

        pub fn slice(text: *const Self) []const u8 {
            return text.buffer[0..text.length];
        }

        fn set(text: *Self, value: []const u8) Error!void {
            if (value.len > max) return error.Malformed;
            @memcpy(text.buffer[0..value.len], value);
            text.length = value.len;
        }
    };
}

pub const EdgeId = Text(limits.edge_id_bytes_max);

pub const Filter = struct {
    version: [8]u8,
    edge_id: EdgeId,
    policy: Text(limits.policy_bytes_max),
    warn_after_ms: u64,
    answer_until_ms: u64,
};

pub const Replicator = struct {
    edge_id: EdgeId,
    boot: [16]u8,
    buckets_log2: u5,
    directory_bytes: u64,
    cluster: Text(64),
};

/// `{"version","edge_id","policy","warn_after_ms","answer_until_ms"}`. The version may be longer than the 8 bytes kept.
pub fn parseFilter(filter: *Filter, document: *json.Document, source: []const u8) Error!void {
    const root = try rootOf(document, source, 5);
    const version = try string(document, root, "version");
    if (version.len < 16) return error.Malformed;
    try bytes.unhex(&filter.version, version[0..16]);
    try edgeId(&filter.edge_id, try string(document, root, "edge_id"));
    const policy = try string(document, root, "policy");
    if (policy.len > 2 * limits.policy_bytes_max) return error.Malformed;
    filter.policy.length = policy.len / 2;
    try bytes.unhex(filter.policy.buffer[0..filter.policy.length], policy);
    filter.warn_after_ms = try integer(document, root, "warn_after_ms");
    filter.answer_until_ms = try integer(document, root, "answer_until_ms");
    if (filter.warn_after_ms > filter.answer_until_ms) return error.Malformed;
}

/// `{"edge_id","boot","buckets_log2","directory_bytes","cluster"}`.
pub fn parseReplicator(replicator: *Replicator, document: *json.Document, source: []const u8) Error!void {
    const root = try rootOf(document, source, 5);
    try edgeId(&replicator.edge_id, try string(document, root, "edge_id"));
    try bytes.unhex(&replicator.boot, try string(document, root, "boot"));
    const buckets_log2 = try integer(document, root, "buckets_log2");
    if (buckets_log2 < limits.buckets_log2_min or buckets_log2 > limits.buckets_log2_max) return error.Malformed;
    replicator.buckets_log2 = @intCast(buckets_log2);
    const ceiling = try integer(document, root, "directory_bytes");
    if (ceiling < limits.directory_bytes_min or ceiling > limits.directory_bytes_max) return error.Malformed;
    replicator.directory_bytes = ceiling;
    const cluster = try string(document, root, "cluster");
    if (cluster.len == 0) return error.Malformed;
    try replicator.cluster.set(cluster);
}

fn rootOf(document: *json.Document, source: []const u8, members: u8) Error!*const json.Node {
    const root = try json.parse(document, source);
    if (root.kind != .object or root.count != members) return error.Malformed;
    return root;
}

fn string(document: *const json.Document, root: *const json.Node, name: []const u8) Error![]const u8 {
    const node = document.member(root, name) orelse return error.Malformed;
    if (node.kind != .string) return error.Malformed;
    return document.string(node);
}

fn integer(document: *const json.Document, root: *const json.Node, name: []const u8) Error!u64 {
    const node = document.member(root, name) orelse return error.Malformed;
    return document.integer(node) orelse error.Malformed;
}

fn edgeId(target: *EdgeId, text: []const u8) Error!void {
    if (text.len == 0) return error.Malformed;
    for (text) |byte| {
        if (!std.ascii.isLower(byte) and !std.ascii.isDigit(byte) and byte != '-') return error.Malformed;
    }
    try target.set(text);
}

test "configurations are read, and refused when a member is missing, wrong or unknown" {
    const document = try std.testing.allocator.create(json.Document);
    defer std.testing.allocator.destroy(document);
    var filter: Filter = undefined;
    const good = "{\"version\":\"00112233445566778899\",\"edge_id\":\"edge-1\",\"policy\":\"01ff\"," ++
        "\"warn_after_ms\":30000,\"answer_until_ms\":900000}";
    try parseFilter(&filter, document, good);
    try std.testing.expectEqualStrings("edge-1", filter.edge_id.slice());
    try std.testing.expectEqualSlices(u8, &.{ 1, 0xff }, filter.policy.slice());
    try std.testing.expectEqual(900_000, filter.answer_until_ms);
    for ([_][2][]const u8{
        .{ "edge-1", "Edge" }, .{ "\"policy\"", "\"police\"" }, .{ "30000", "900001" }, .{ "30000", "-1" },
        .{ "30000", "\"1\"" }, .{ "01ff", "01f" },              .{ "0011", "zz11" },    .{ "900000", "900000,\"x\":1" },
    }) |swap| {
        var buffer: [512]u8 = undefined;
        const length = good.len - swap[0].len + swap[1].len;
        _ = std.mem.replace(u8, good, swap[0], swap[1], &buffer);
        try std.testing.expectError(error.Malformed, parseFilter(&filter, document, buffer[0..length]));
    }
    var replicator: Replicator = undefined;
    const boot = "000102030405060708090a0b0c0d0e0f";
    inline for (.{
        .{ "4", "65536", true },   .{ "24", "34359738368", true }, .{ "3", "65536", false },
        .{ "25", "65536", false }, .{ "4", "65535", false },       .{ "4", "34359738369", false },
    }) |case| {
        const source = "{\"edge_id\":\"e\",\"boot\":\"" ++ boot ++ "\",\"buckets_log2\":" ++ case[0] ++
            ",\"directory_bytes\":" ++ case[1] ++ ",\"cluster\":\"control_plane\"}";
        const taken = if (parseReplicator(&replicator, document, source)) |_| true else |_| false;
        try std.testing.expectEqual(case[2], taken);
    }
}
