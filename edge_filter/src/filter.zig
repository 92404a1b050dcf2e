//! The filter module: the exports that Envoy calls, and those of docs/formats.md section 10 that tests call.

const std = @import("std");
const filter = @import("serving/filter.zig");
const host = @import("host.zig");
const parity = @import("serving/parity.zig");

/// A bug traps, and Envoy makes a fresh VM.
pub const panic = std.debug.no_panic;
/// Headers, one body, one bucket, state and keys: what one callback may get from the host.
pub const arena_bytes = 262_144;

comptime {
    _ = parity;
}

export fn proxy_abi_version_0_2_1() void {}

export fn proxy_on_memory_allocate(size: usize) ?[*]u8 {
    return host.allocate(size);
}

export fn proxy_on_vm_start(_: u32, _: u32) u32 {
    host.reset();
    filter.start();
    return 1;
}

export fn proxy_on_configure(context: u32, length: u32) u32 {
    host.reset();
    return @intFromBool(filter.configure(context, length));
}

export fn proxy_on_tick(context: u32) void {
    host.reset();
    filter.tick(context);
}

export fn proxy_on_context_create(context: u32, parent: u32) void {
    host.reset();
    if (parent != 0) filter.begin(context, parent);
}

export fn proxy_on_request_headers(context: u32, _: u32, end_of_stream: u32) u32 {
    host.reset();
    return @backingInt(filter.onHeaders(context, end_of_stream != 0));
}

export fn proxy_on_request_body(context: u32, length: u32, end_of_stream: u32) u32 {
    host.reset();
    return @backingInt(filter.onBody(context, length, end_of_stream != 0));
}

export fn proxy_on_request_trailers(context: u32, _: u32) u32 {
    host.reset();
    return @backingInt(filter.onTrailers(context));
}

export fn proxy_on_delete(context: u32) void {
    host.reset();
    filter.end(context);
}
