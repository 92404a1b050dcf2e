//! The yardstick: a filter that buffers the same body behind the same callbacks, leaves a record of constant length
//! for the access log and replies a constant. Its configuration is that length in decimal digits.

const std = @import("std");

extern "env" fn proxy_get_buffer_bytes(kind: u32, start: u32, length: u32, data: *usize, size: *usize) u32;
extern "env" fn proxy_set_property(path: [*]const u8, path_length: usize, value: [*]const u8, length: usize) u32;
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

pub const panic = std.debug.no_panic;

const property = "vop_decision";
const record_bytes_max = 4_096;
const record: [record_bytes_max]u8 = @splat('A');
var record_length: usize = 0;
var arena: [65_536]u8 align(8) = undefined;

const body = "{\"partyNameMatch\":\"MTCH\"}";
/// One header in proxy-wasm's serialised form.
const pairs = "\x01\x00\x00\x00\x0c\x00\x00\x00\x10\x00\x00\x00content-type\x00application/json\x00";

const plugin_configuration = 7;
const request_body = 0;
const pause: u32 = 1;

export fn proxy_abi_version_0_2_1() void {}

/// Each callback asks for one buffer at most.
export fn proxy_on_memory_allocate(size: usize) ?[*]u8 {
    return if (size <= arena.len) &arena else null;
}

export fn proxy_on_vm_start(_: u32, _: u32) u32 {
    return 1;
}

export fn proxy_on_configure(_: u32, length: u32) u32 {
    var data: usize = 0;
    var size: usize = 0;
    if (proxy_get_buffer_bytes(plugin_configuration, 0, length, &data, &size) != 0 or size == 0) return 0;
    const text = @as([*]const u8, @ptrFromInt(data))[0..size];
    record_length = std.fmt.parseUnsigned(usize, text, 10) catch return 0;
    return @intFromBool(record_length <= record_bytes_max);
}

export fn proxy_on_request_headers(_: u32, _: u32, end_of_stream: u32) u32 {
    return if (end_of_stream != 0) reply() else pause;
}

export fn proxy_on_request_body(_: u32, length: u32, end_of_stream: u32) u32 {
    if (end_of_stream == 0) return pause;
    var data: usize = 0;
    var size: usize = 0;
    _ = proxy_get_buffer_bytes(request_body, 0, length, &data, &size);
    return reply();
}

export fn proxy_on_request_trailers(_: u32, _: u32) u32 {
    return reply();
}

fn reply() u32 {
    _ = proxy_set_property(property, property.len, &record, record_length);
    _ = proxy_send_local_response(200, "vop_edge", 8, body, body.len, pairs, pairs.len, -1);
    return pause;
}
