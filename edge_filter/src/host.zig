//! Envoy's side of proxy-wasm ABI 0.2.1, and WASI's clock, random numbers and environment, as plain Zig calls.
//! What the host returns lies in one static arena that a callback resets when it starts: nothing grows.

const std = @import("std");
const headers = @import("request/headers.zig");

const Header = headers.Header;

/// Fuzzing brings a host of its own.
const abi = if (@hasDecl(@import("root"), "host_abi")) @import("root").host_abi else struct {
    extern "env" fn proxy_log(level: u32, message: [*]const u8, length: usize) u32;
    extern "env" fn proxy_set_tick_period_milliseconds(period: u32) u32;
    extern "env" fn proxy_get_buffer_bytes(kind: u32, start: u32, length: u32, data: *usize, size: *usize) u32;
    extern "env" fn proxy_get_header_map_pairs(map: u32, data: *usize, size: *usize) u32;
    extern "env" fn proxy_replace_header_map_value(
        map: u32,
        name: [*]const u8,
        name_length: usize,
        value: [*]const u8,
        value_length: usize,
    ) u32;
    extern "env" fn proxy_remove_header_map_value(map: u32, name: [*]const u8, name_length: usize) u32;
    extern "env" fn proxy_send_local_response(
        status: u32,
        details: [*]const u8,
        details_length: usize,
        body: [*]const u8,
        body_length: usize,
        pairs: [*]const u8,
        pairs_length: usize,
        grpc_status: i32,
    ) u32;
    extern "env" fn proxy_set_property(
        path: [*]const u8,
        path_length: usize,
        value: [*]const u8,
        value_length: usize,
    ) u32;
    extern "env" fn proxy_get_shared_data(
        key: [*]const u8,
        key_length: usize,
        data: *usize,
        size: *usize,
        cas: *u32,
    ) u32;
    extern "env" fn proxy_set_shared_data(
        key: [*]const u8,
        key_length: usize,
        value: [*]const u8,
        value_length: usize,
        cas: u32,
    ) u32;
    extern "env" fn proxy_call_foreign_function(
        name: [*]const u8,
        name_length: usize,
        argument: [*]const u8,
        argument_length: usize,
        data: *usize,
        size: *usize,
    ) u32;
    extern "env" fn proxy_http_call(
        cluster: [*]const u8,
        cluster_length: usize,
        pairs: [*]const u8,
        pairs_length: usize,
        body: [*]const u8,
        body_length: usize,
        trailers: [*]const u8,
        trailers_length: usize,
        timeout_ms: u32,
        token: *u32,
    ) u32;
    extern "env" fn proxy_define_metric(kind: u32, name: [*]const u8, name_length: usize, id: *u32) u32;
    extern "env" fn proxy_increment_metric(id: u32, offset: i64) u32;
    extern "env" fn proxy_record_metric(id: u32, value: u64) u32;
    extern "wasi_snapshot_preview1" fn clock_time_get(clock: u32, precision: u64, time: *u64) u32;
    extern "wasi_snapshot_preview1" fn random_get(buffer: [*]u8, length: usize) u32;
    extern "wasi_snapshot_preview1" fn environ_sizes_get(count: *usize, size: *usize) u32;
    extern "wasi_snapshot_preview1" fn environ_get(variables: [*]usize, buffer: [*]u8) u32;
};

const ok: u32 = 0;
const not_found: u32 = 1;
const cas_mismatch: u32 = 8;

/// Any host call that didn't do what was asked.
pub const Error = error{Host};

fn check(result: u32) Error!void {
    if (result != ok) return error.Host;
}

/// What the host writes into: the arena, or one buffer that the caller named for the next value.
const memory = struct {
    const arena_bytes = @import("root").arena_bytes;
    var arena: [arena_bytes]u8 align(8) = undefined;
    var used: usize = 0;
    var target: ?[]u8 = null;
};

/// Forgets what the host has returned; each callback starts with this.
pub fn reset() void {
    memory.used = 0;
    memory.target = null;
}

/// The arena's level, for `release`.
pub fn mark() usize {
    return memory.used;
}

/// Forgets what the host has returned since `mark`.
pub fn release(level: usize) void {
    std.debug.assert(level <= memory.used);
    memory.used = level;
}

/// Serves `proxy_on_memory_allocate`; null makes the host call that asked fail.
pub fn allocate(size: usize) ?[*]u8 {
    if (memory.target) |target| {
        memory.target = null;
        return if (size <= target.len) target.ptr else null;
    }
    if (size > memory.arena_bytes - memory.used) return null;
    const start = memory.used;
    memory.used = @min(std.mem.alignForward(usize, start + size, 8), memory.arena_bytes);
    return memory.arena[start..].ptr;
}

fn returned(data: usize, size: usize) []const u8 {
    if (size == 0) return "";
    return @as([*]const u8, @ptrFromInt(data))[0..size];
}

pub const Level = enum(u32) { info = 2, warn = 3, err = 4, critical = 5 };

/// Writes one line to Envoy's log. Never names or IBANs.
pub fn log(level: Level, message: []const u8) void {
    _ = abi.proxy_log(@backingInt(level), message.ptr, message.len);
}

pub fn setTickPeriod(period_ms: u32) Error!void {
    try check(abi.proxy_set_tick_period_milliseconds(period_ms));
}

pub const Buffer = enum(u32) { request_body = 0, call_response_body = 4, configuration = 7 };

/// The first `length` bytes of a buffer, or all of it if it is shorter.
pub fn bufferBytes(buffer: Buffer, length: usize) Error![]const u8 {
    var data: usize = 0;
    var size: usize = 0;
    try check(abi.proxy_get_buffer_bytes(@backingInt(buffer), 0, length, &data, &size));
    return returned(data, size);
}

/// Like `bufferBytes`, with the bytes put into `target`.
pub fn bufferInto(target: []u8, buffer: Buffer, length: usize) Error![]const u8 {
    std.debug.assert(length <= target.len);
    memory.target = target;
    defer memory.target = null;
    return bufferBytes(buffer, length);
}

pub const HeaderMap = enum(u32) { request = 0, call_response = 6 };

/// All headers, serialised; `headers.Pairs` reads them.
pub fn headerPairs(map: HeaderMap) Error![]const u8 {
    var data: usize = 0;
    var size: usize = 0;
    try check(abi.proxy_get_header_map_pairs(@backingInt(map), &data, &size));
    return returned(data, size);
}

pub fn replaceRequestHeader(name: []const u8, value: []const u8) Error!void {
    const map = @backingInt(HeaderMap.request);
    try check(abi.proxy_replace_header_map_value(map, name.ptr, name.len, value.ptr, value.len));
}

pub fn removeRequestHeader(name: []const u8) Error!void {
    try check(abi.proxy_remove_header_map_value(@backingInt(HeaderMap.request), name.ptr, name.len));
}

/// Replies and ends the stream. `details` shows in the access log.
pub fn sendLocalResponse(status: u32, details: []const u8, body: []const u8, pairs: []const u8) Error!void {
    try check(abi.proxy_send_local_response(
        status,
        details.ptr,
        details.len,
        body.ptr,
        body.len,
        pairs.ptr,
        pairs.len,
        -1,
    ));
}

/// Sets filter state `wasm.<name>` of the stream.
pub fn setProperty(name: []const u8, value: []const u8) Error!void {
    try check(abi.proxy_set_property(name.ptr, name.len, value.ptr, value.len));
}

/// Makes Envoy choose the route again from the headers as they are now.
pub fn clearRouteCache() Error!void {
    const name = "clear_route_cache";
    var data: usize = 0;
    var size: usize = 0;
    try check(abi.proxy_call_foreign_function(name, name.len, "", 0, &data, &size));
}

pub const Shared = struct { value: []const u8, cas: u32 };

/// A value of shared data, or null if there is none under that key.
pub fn sharedData(key: []const u8) Error!?Shared {
    var data: usize = 0;
    var size: usize = 0;
    var cas: u32 = 0;
    const result = abi.proxy_get_shared_data(key.ptr, key.len, &data, &size, &cas);
    if (result == not_found) return null;
    try check(result);
    return .{ .value = returned(data, size), .cas = cas };
}

pub fn setSharedData(key: []const u8, value: []const u8) Error!void {
    try check(abi.proxy_set_shared_data(key.ptr, key.len, value.ptr, value.len, 0));
}

/// Sets a value only if it is still the one that `cas` came with, or, with null, only if there is none.
/// False if somebody else was faster. CAS 0 would overwrite whatever is there.
pub fn swapSharedData(key: []const u8, value: []const u8, cas: ?u32) Error!bool {
    const expected = cas orelse std.math.maxInt(u32);
    if (expected == 0) return error.Host;
    const result = abi.proxy_set_shared_data(key.ptr, key.len, value.ptr, value.len, expected);
    if (result == cas_mismatch) return false;
    try check(result);
    return true;
}

/// Sends a request to a cluster; its token comes back with the reply.
pub fn httpCall(cluster: []const u8, pairs: []const u8, body: []const u8, timeout_ms: u32) Error!u32 {
    const no_trailers = "\x00\x00\x00\x00";
    var token: u32 = 0;
    try check(abi.proxy_http_call(
        cluster.ptr,
        cluster.len,
        pairs.ptr,
        pairs.len,
        body.ptr,
        body.len,
        no_trailers,
        no_trailers.len,
        timeout_ms,
        &token,
    ));
    return token;
}

pub const MetricKind = enum(u32) { counter = 0, gauge = 1 };

pub fn defineMetric(kind: MetricKind, name: []const u8) Error!u32 {
    var id: u32 = 0;
    try check(abi.proxy_define_metric(@backingInt(kind), name.ptr, name.len, &id));
    return id;
}

/// A metric that can't be written is no reason to fail a request.
pub fn incrementMetric(id: u32, offset: i64) void {
    _ = abi.proxy_increment_metric(id, offset);
}

pub fn recordMetric(id: u32, value: u64) void {
    _ = abi.proxy_record_metric(id, value);
}

pub const Clock = enum(u32) { wall = 0, monotonic = 1 };

/// Nanoseconds of a clock.
pub fn now(clock: Clock) Error!u64 {
    var time: u64 = 0;
    try check(abi.clock_time_get(@backingInt(clock), 1, &time));
    return time;
}

pub fn random(buffer: []u8) Error!void {
    try check(abi.random_get(buffer.ptr, buffer.len));
}

/// A variable of the environment copied into `out`, which it must fill exactly. `environment` is scratch for all of it.
pub fn environmentVariable(name: []const u8, out: []u8, environment: []u8) Error!void {
    const variables_max = 64;
    var pointers: [variables_max]usize = undefined;
    var count: usize = 0;
    var size: usize = 0;
    try check(abi.environ_sizes_get(&count, &size));
    if (count > variables_max or size > environment.len) return error.Host;
    try check(abi.environ_get(&pointers, environment.ptr));
    defer std.crypto.secureZero(u8, environment[0..size]);
    var entries = std.mem.splitScalar(u8, environment[0..size], 0);
    while (entries.next()) |entry| {
        const equals = std.mem.findScalar(u8, entry, '=') orelse continue;
        if (!std.mem.eql(u8, entry[0..equals], name)) continue;
        const value = entry[equals + 1 ..];
        if (value.len != out.len) return error.Host;
        @memcpy(out, value);
        return;
    }
    return error.Host;
}
