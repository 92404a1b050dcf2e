//! Envoy's side of the replicator, natively: shared data, a clock, calls under way and a reply at hand. Any host call
//! may be made to fail.

const std = @import("std");
const bytes = @import("../bytes.zig");
const headers = @import("../request/headers.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");

const failed: u32 = 10;
const not_found: u32 = 1;
const ok: u32 = 0;

pub const buckets_max = 64;
const bucket_prefix = "vop/1/b/";
const vm_prefix = "vop/1/vm/";

/// A value of shared data.
pub const Value = struct {
    present: bool = false,
    length: usize = 0,
    bytes: [limits.bucket_bytes_max]u8 = undefined,

    pub fn get(value: *const Value) ?[]const u8 {
        return if (value.present) value.bytes[0..value.length] else null;
    }

    pub fn set(value: *Value, content: []const u8) void {
        std.debug.assert(content.len <= value.bytes.len);
        @memcpy(value.bytes[0..content.len], content);
        value.length = content.len;
        value.present = true;
    }
};

pub var buckets: [buckets_max]Value = @splat(.{});
pub var state: Value = .{};
pub var keys: Value = .{};
pub var vm: Value = .{};
pub var vms: [limits.vm_slots]Value = @splat(.{});

/// A call that the replicator made and that nobody has answered yet.
pub const Call = struct {
    token: u32,
    path: [256]u8,
    path_length: usize,
    nonce: [16]u8,

    pub fn text(call: *const Call) []const u8 {
        return call.path[0..call.path_length];
    }
};

const calls_max = 64;
pub var calls: [calls_max]Call = undefined;
pub var call_count: usize = 0;
var last_token: u32 = 0;

pub var now_ns: u64 = std.time.ns_per_hour;
/// How long each look at the clock takes.
pub var look_ns: u64 = 100;
pub var configuration: []const u8 = "";
pub var environment: []const u8 = "";
pub var reply_headers: []const u8 = "";
pub var reply_body: []const u8 = "";
pub var random: std.Random = undefined;
/// Of 1,000 host calls, how many fail.
pub var failures: u32 = 0;

/// Takes a call away, so that it is answered once.
pub fn takeCall(position: usize) Call {
    const call = calls[position];
    call_count -= 1;
    calls[position] = calls[call_count];
    return call;
}

fn fails() bool {
    return failures > 0 and random.uintLessThan(u32, 1_000) < failures;
}

fn valueOf(key: []const u8) *Value {
    if (std.mem.eql(u8, key, "vop/1/state")) return &state;
    if (std.mem.eql(u8, key, "vop/1/keys")) return &keys;
    if (std.mem.eql(u8, key, "vop/1/vm")) return &vm;
    if (std.mem.startsWith(u8, key, vm_prefix)) return &vms[key[vm_prefix.len]];
    std.debug.assert(std.mem.startsWith(u8, key, bucket_prefix));
    return &buckets[std.mem.readInt(u32, key[bucket_prefix.len..][0..4], .little)];
}

fn give(content: []const u8, data: *usize, size: *usize) u32 {
    data.* = 0;
    size.* = content.len;
    if (content.len == 0) return ok;
    const target = host.allocate(content.len) orelse return failed;
    @memcpy(target[0..content.len], content);
    data.* = @intFromPtr(target);
    return ok;
}

/// What `host.zig` calls instead of Envoy.
pub const abi = struct {
    pub fn proxy_log(_: u32, _: [*]const u8, _: usize) u32 {
        return ok;
    }

    pub fn proxy_set_tick_period_milliseconds(_: u32) u32 {
        return if (fails()) failed else ok;
    }

    pub fn proxy_get_buffer_bytes(kind: u32, start: u32, length: usize, data: *usize, size: *usize) u32 {
        if (fails()) return failed;
        const whole = if (kind == @backingInt(host.Buffer.configuration)) configuration else reply_body;
        const from = @min(start, whole.len);
        return give(whole[from..][0..@min(length, whole.len - from)], data, size);
    }

    pub fn proxy_get_header_map_pairs(_: u32, data: *usize, size: *usize) u32 {
        return if (fails()) failed else give(reply_headers, data, size);
    }

    pub fn proxy_get_shared_data(key: [*]const u8, length: usize, data: *usize, size: *usize, cas: *u32) u32 {
        if (fails()) return failed;
        const content = valueOf(key[0..length]).get() orelse return not_found;
        cas.* = 1;
        return give(content, data, size);
    }

    pub fn proxy_set_shared_data(key: [*]const u8, length: usize, value: [*]const u8, size: usize, _: u32) u32 {
        if (fails()) return failed;
        valueOf(key[0..length]).set(value[0..size]);
        return ok;
    }

    pub fn proxy_http_call(
        _: [*]const u8,
        _: usize,
        pairs: [*]const u8,
        pairs_length: usize,
        body: [*]const u8,
        body_length: usize,
        _: [*]const u8,
        _: usize,
        _: u32,
        token: *u32,
    ) u32 {
        if (body_length > 0) checkHeartbeat(body[0..body_length]);
        if (fails() or call_count == calls_max) return failed;
        last_token += 1;
        token.* = last_token;
        calls[call_count] = readCall(pairs[0..pairs_length]);
        call_count += 1;
        return ok;
    }

    pub fn proxy_define_metric(_: u32, _: [*]const u8, _: usize, id: *u32) u32 {
        id.* = 1;
        return ok;
    }

    pub fn proxy_increment_metric(_: u32, offset: i64) u32 {
        std.debug.assert(offset > 0);
        return ok;
    }

    pub fn proxy_record_metric(_: u32, _: u64) u32 {
        return ok;
    }

    pub fn clock_time_get(clock: u32, _: u64, time: *u64) u32 {
        std.debug.assert(clock == @backingInt(host.Clock.monotonic));
        if (fails()) return failed;
        now_ns += look_ns;
        time.* = now_ns;
        return ok;
    }

    pub fn random_get(buffer: [*]u8, length: usize) u32 {
        if (fails()) return failed;
        random.bytes(buffer[0..length]);
        return ok;
    }

    pub fn environ_sizes_get(count: *usize, size: *usize) u32 {
        count.* = 1;
        size.* = environment.len;
        return ok;
    }

    pub fn environ_get(_: [*]usize, buffer: [*]u8) u32 {
        @memcpy(buffer[0..environment.len], environment);
        return ok;
    }
};

fn readCall(serialised: []const u8) Call {
    var call: Call = .{ .token = last_token, .path = undefined, .path_length = 0, .nonce = @splat(0) };
    var pairs = headers.Pairs.init(serialised) catch unreachable;
    while (pairs.next() catch unreachable) |header| {
        if (std.mem.eql(u8, header.name, ":path")) {
            @memcpy(call.path[0..header.value.len], header.value);
            call.path_length = header.value.len;
        }
        if (std.mem.eql(u8, header.name, "x-vop-nonce")) bytes.unhex(&call.nonce, header.value) catch unreachable;
    }
    return call;
}

fn checkHeartbeat(body: []const u8) void {
    var scratch: [65_536]u8 = undefined;
    var allocator: std.heap.FixedBufferAllocator = .init(&scratch);
    std.debug.assert(std.json.validate(allocator.allocator(), body) catch unreachable);
}
