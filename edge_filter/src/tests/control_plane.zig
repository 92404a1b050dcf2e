//! A control plane that answers the replicator at random: rightly, wrongly, or with any bytes under a good MAC.

const std = @import("std");
const bytes = @import("../bytes.zig");
const fake_host = @import("fake_host.zig");
const headers = @import("../request/headers.zig");
const keys_form = @import("../directory/keys.zig");
const limits = @import("../limits.zig");

const ChaCha20Poly1305 = std.crypto.aead.chacha_poly.ChaCha20Poly1305;
const edge_id = "edge-1";
const head_bytes = 120;
const mac_bytes = 32;
/// Few keys, so that records meet one another.
const key_steps = 24;

pub const ControlPlane = struct {
    random: std.Random,
    edge_keys: keys_form.EdgeKeys,
    generation: [16]u8 = @splat(1),
    tenant_count: u16 = 1,
    epoch: u32 = 1,
    /// Answers rightly, with an empty directory: what it takes to become complete.
    honest: bool = false,
    body: [limits.page_bytes_max + 64]u8 = undefined,
    pairs: [512]u8 = undefined,

    /// What may change on its side at any time.
    pub fn change(plane: *ControlPlane) void {
        switch (plane.random.uintLessThan(u8, 40)) {
            0 => plane.generation = @splat(plane.random.uintLessThan(u8, 4)),
            1 => plane.tenant_count = plane.random.intRangeAtMost(u16, 1, 3),
            2 => plane.tenant_count = limits.tenants_max,
            3 => plane.epoch += 1,
            else => {},
        }
    }

    /// Leaves the reply to a call with the host, and gives the number of its headers.
    pub fn answer(plane: *ControlPlane, call: *const fake_host.Call) u32 {
        const path = call.text();
        const fate = plane.random.uintLessThan(u8, 20);
        if (std.mem.eql(u8, path, "/edge/v1/heartbeat")) return plane.reply("204", "", "");
        if (!plane.honest and fate == 0) return plane.reply("503", "text/plain", "upstream connect error");
        if (!plane.honest and fate == 1) return plane.reply("410", "application/problem+json", "{}");
        if (!plane.honest and fate == 2) {
            fake_host.reply_headers = "";
            fake_host.reply_body = "";
            return 0;
        }
        const is_keys = std.mem.eql(u8, path, "/edge/v1/keys");
        const content = if (is_keys) plane.delivery(call) else plane.page(call);
        const kind = if (is_keys) "application/vnd.vop.keys" else "application/vnd.vop.feed-page";
        const status = if (!plane.honest and fate == 3) "20x" else "200";
        return plane.reply(status, if (!plane.honest and fate == 4) "text/html" else kind, content);
    }

    fn reply(plane: *ControlPlane, status: []const u8, kind: []const u8, content: []const u8) u32 {
        fake_host.reply_headers = headers.serialise(&plane.pairs, &.{
            .{ .name = ":status", .value = status },
            .{ .name = "content-type", .value = kind },
        }) catch unreachable;
        const is_spoilt = !plane.honest and plane.random.uintLessThan(u8, 50) == 0;
        if (is_spoilt) plane.spoil(plane.pairs[0..fake_host.reply_headers.len]);
        fake_host.reply_body = content;
        return 2;
    }

    /// Puts random bytes, or the ends of ranges, in a few places.
    fn spoil(plane: *ControlPlane, content: []u8) void {
        if (content.len == 0) return;
        for (0..plane.random.intRangeAtMost(usize, 1, 3)) |_| {
            const at = plane.random.uintLessThan(usize, content.len);
            const end = @min(content.len, at + plane.random.intRangeAtMost(usize, 1, 8));
            switch (plane.random.uintLessThan(u8, 3)) {
                0 => @memset(content[at..end], 0xff),
                1 => @memset(content[at..end], 0),
                else => plane.random.bytes(content[at..end]),
            }
        }
    }

    fn isSpoilt(plane: *ControlPlane) bool {
        return !plane.honest and plane.random.uintLessThan(u8, 8) == 0;
    }

    fn delivery(plane: *ControlPlane, call: *const fake_host.Call) []const u8 {
        var package_buffer: [keys_form.package_bytes_max]u8 = undefined;
        var package: bytes.Writer = .{ .buffer = &package_buffer };
        plane.writePackage(&package) catch unreachable;
        if (plane.isSpoilt()) plane.spoil(package.written());
        const head = plane.body[0..36];
        head[0..8].* = "VOPK\x01\x00\x00\x00".*;
        head[8..24].* = call.nonce;
        head[24..36].* = @splat(9);
        const length = package.at;
        var associated: [24 + edge_id.len]u8 = undefined;
        @memcpy(associated[0..24], head[0..24]);
        @memcpy(associated[24..], edge_id);
        var tag: [16]u8 = undefined;
        const sealed = plane.body[36..][0..length];
        ChaCha20Poly1305.encrypt(sealed, &tag, package.written(), &associated, head[24..36].*, plane.edge_keys.delivery_key);
        plane.body[36 + length ..][0..16].* = tag;
        const whole = plane.body[0 .. 36 + length + 16];
        if (plane.isSpoilt()) plane.spoil(whole);
        return plane.cut(whole);
    }

    fn writePackage(plane: *ControlPlane, writer: *bytes.Writer) bytes.Writer.Error!void {
        try writer.int(u8, 1);
        try writer.put(&plane.generation);
        try writer.put(&@as([64]u8, @splat(5)));
        try writer.int(u16, plane.tenant_count);
        for (0..plane.tenant_count) |position| {
            try writer.put("VOPBDEFFXX");
            try writer.int(u8, @intCast('A' + position));
            try writer.int(u8, if (plane.epoch > 1) 2 else 1);
            try writer.int(u32, plane.epoch);
            try writer.put(&@as([32]u8, @splat(6)));
            if (plane.epoch == 1) continue;
            try writer.int(u32, plane.epoch - 1);
            try writer.put(&@as([32]u8, @splat(6)));
        }
    }

    fn cut(plane: *ControlPlane, whole: []const u8) []const u8 {
        return if (plane.isSpoilt()) whole[0..plane.random.uintAtMost(usize, whole.len)] else whole;
    }

    fn page(plane: *ControlPlane, call: *const fake_host.Call) []const u8 {
        const question: Question = .read(call.text());
        var writer: bytes.Writer = .{ .buffer = plane.body[0 .. plane.body.len - mac_bytes] };
        plane.writePage(&writer, &question, call.nonce) catch unreachable;
        if (plane.isSpoilt()) plane.spoil(writer.written());
        const length = writer.at;
        const mac = plane.edge_keys.page_keyed.mac(&.{ &.{edge_id.len}, edge_id, writer.written() });
        plane.body[length..][0..mac_bytes].* = mac;
        const whole = plane.body[0 .. length + mac_bytes];
        if (plane.isSpoilt()) plane.spoil(whole);
        return plane.cut(whole);
    }

    fn writePage(plane: *ControlPlane, writer: *bytes.Writer, question: *const Question, nonce: [16]u8) !void {
        const snapshot = question.snapshot;
        const last = snapshot and (plane.honest or plane.random.uintLessThan(u8, 3) == 0);
        const count = if (plane.honest) 0 else plane.random.uintAtMost(u32, key_steps);
        const to = if (snapshot) question.from else question.from + count;
        const ahead = if (plane.honest) 0 else plane.random.uintLessThan(u64, 3);
        try writer.put("VOPF\x01");
        try writer.int(u8, if (snapshot) 1 else 2);
        try writer.int(u8, @intFromBool(last));
        try writer.int(u8, 0);
        try writer.put(&question.generation);
        try writer.put(&question.bic);
        try writer.put(&@as([5]u8, @splat(0)));
        try writer.put(&nonce);
        for ([_]u64{ question.from, to, to + ahead }) |seq| try writer.int(u64, seq);
        try writer.put(&question.after_key);
        const last_key_at = writer.at;
        try writer.put(&@as([16]u8, @splat(if (last) 0xff else 0)));
        const count_at = writer.at;
        try writer.int(u64, 0);
        const written = try plane.writeRecords(writer, question, count);
        if (snapshot and !last) writer.buffer[last_key_at..][0..16].* = written.last_key;
        std.mem.writeInt(u32, writer.buffer[count_at..][0..4], written.count, .little);
        std.mem.writeInt(u32, writer.buffer[count_at + 4 ..][0..4], @intCast(writer.at - head_bytes), .little);
    }

    const Written = struct { count: u32, last_key: [16]u8 };

    fn writeRecords(plane: *ControlPlane, writer: *bytes.Writer, question: *const Question, count: u32) !Written {
        var written: Written = .{ .count = 0, .last_key = question.after_key };
        var place: u16 = question.after_key[0];
        for (0..count) |_| {
            if (question.snapshot) {
                place += plane.random.intRangeAtMost(u16, 1, 2 * 256 / key_steps);
                if (place > 0xfe) break;
            } else {
                place = plane.random.int(u8);
            }
            written.last_key = @splat(@intCast(place));
            const delete = !question.snapshot and plane.random.uintLessThan(u8, 4) == 0;
            try plane.writeRecord(writer, written.last_key, delete);
            written.count += 1;
        }
        return written;
    }

    fn writeRecord(plane: *ControlPlane, writer: *bytes.Writer, key: [16]u8, delete: bool) !void {
        const sealed: [limits.sealed_bytes_max]u8 = @splat(7);
        const large = plane.random.uintLessThan(u8, 3) == 0;
        const length = plane.random.intRangeAtMost(usize, limits.seal_overhead + 1, if (large) sealed.len else 200);
        try writer.int(u32, if (delete) 2 else 1);
        try writer.put(&key);
        try writer.int(u64, plane.random.uintLessThan(u64, 40));
        try writer.int(u32, plane.epoch + plane.random.uintLessThan(u32, 2));
        try writer.str(u16, if (delete) "" else sealed[0..length]);
    }
};

/// What a poll of the feed asks for.
const Question = struct {
    snapshot: bool,
    generation: [16]u8,
    bic: [11]u8,
    from: u64,
    after_key: [16]u8 = @splat(0),

    fn read(path: []const u8) Question {
        const snapshot = std.mem.find(u8, path, "mode=snapshot") != null;
        const from = member(path, if (snapshot) "as_of=" else "after=") orelse "7";
        var question: Question = .{
            .snapshot = snapshot,
            .generation = undefined,
            .bic = path["/edge/v1/feed/".len..][0..11].*,
            .from = std.fmt.parseInt(u64, from, 10) catch unreachable,
        };
        bytes.unhex(&question.generation, member(path, "generation=").?) catch unreachable;
        if (member(path, "after_key=")) |key| bytes.unhex(&question.after_key, key) catch unreachable;
        return question;
    }

    fn member(path: []const u8, name: []const u8) ?[]const u8 {
        const at = std.mem.find(u8, path, name) orelse return null;
        const rest = path[at + name.len ..];
        return rest[0 .. std.mem.findScalar(u8, rest, '&') orelse rest.len];
    }
};
