//! The replicator module: the exports that Envoy calls on its one singleton.

const std = @import("std");
const calls = @import("replication/calls.zig");
const host = @import("host.zig");
const options = @import("options");
const replicator = @import("replication/replicator.zig");

/// A bug traps; a singleton that traps is not revived.
pub const panic = std.debug.no_panic;
/// Headers and one bucket: what one callback may get from the host, pages aside.
pub const arena_bytes = 262_144;

/// In the build for tests a reply with this status traps.
const test_trap_status = 418;

pub export fn proxy_abi_version_0_2_1() void {}

pub export fn proxy_on_memory_allocate(size: usize) ?[*]u8 {
    return host.allocate(size);
}

pub export fn proxy_on_vm_start(_: u32, _: u32) u32 {
    return 1;
}

pub export fn proxy_on_configure(_: u32, length: u32) u32 {
    host.reset();
    return @intFromBool(replicator.configure(length));
}

pub export fn proxy_on_tick(_: u32) void {
    host.reset();
    replicator.tick();
}

pub export fn proxy_on_http_call_response(_: u32, token: u32, header_count: u32, length: u32, _: u32) void {
    host.reset();
    if (options.trap_on_test_header and calls.reply(header_count).status == test_trap_status) @trap();
    replicator.onReply(token, header_count, length);
}

pub export fn proxy_on_done(_: u32) u32 {
    return 1;
}

pub export fn proxy_on_delete(_: u32) void {}
