//! The replicator module: the exports that Envoy calls on its one singleton.

const std = @import("std");
const host = @import("host.zig");

/// A bug traps; a singleton that traps is not revived.
pub const panic = std.debug.no_panic;
/// What one callback may get from the host: headers, configuration, buckets.
pub const arena_bytes = 262_144;

export fn proxy_abi_version_0_2_1() void {}

export fn proxy_on_memory_allocate(size: usize) ?[*]u8 {
    return host.allocate(size);
}

export fn proxy_on_vm_start(_: u32, _: u32) u32 {
    return 1;
}

export fn proxy_on_configure(_: u32, _: u32) u32 {
    return 1;
}
