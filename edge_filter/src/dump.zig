//! For tests: a filter that answers every request with the directory as it lies in shared data, so that a real
//! replicator in a real Envoy can be compared with a model. `u32 length ‖ state`, then the same for each bucket.

const std = @import("std");
const bytes = @import("bytes.zig");
const host = @import("host.zig");
const lookup = @import("directory/lookup.zig");
const state_form = @import("directory/state.zig");

pub const panic = std.debug.no_panic;
/// One bucket.
pub const arena_bytes = 131_072;

var answer: [16 * 1024 * 1024]u8 = undefined;
var state: state_form.State = undefined;

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

export fn proxy_on_context_create(_: u32, _: u32) void {}

export fn proxy_on_request_headers(_: u32, _: u32, _: u32) u32 {
    host.reset();
    var writer: bytes.Writer = .{ .buffer = &answer };
    dump(&writer) catch @trap();
    const no_headers = "\x00\x00\x00\x00";
    host.sendLocalResponse(200, "dump", writer.written(), no_headers) catch @trap();
    const pause = 1;
    return pause;
}

fn dump(writer: *bytes.Writer) !void {
    try put(writer, state_form.state_name);
    const shared = try host.sharedData(state_form.state_name) orelse return;
    try state.decode(shared.value);
    host.reset();
    for (0..@as(usize, 1) << state.buckets_log2) |bucket| {
        try put(writer, &lookup.bucketName(@intCast(bucket)));
        host.reset();
    }
}

fn put(writer: *bytes.Writer, name: []const u8) !void {
    const value = if (try host.sharedData(name)) |shared| shared.value else "";
    try writer.int(u32, @intCast(value.len));
    try writer.put(value);
}

export fn proxy_on_done(_: u32) u32 {
    return 1;
}

export fn proxy_on_delete(_: u32) void {}
