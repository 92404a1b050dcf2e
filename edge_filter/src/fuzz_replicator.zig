//! The replicator against a hostile control plane and a failing host, natively: `python -m edge_filter.fuzz`. Nothing
//! may trap: a singleton that does is not revived. An input is one life of the module, in a process of its own, so that
//! its number alone repeats it; in the end the world is well again, and the directory must become complete.
//!
//! Arguments: seed, seconds, first input's number.

const std = @import("std");
const bucket_form = @import("directory/bucket.zig");
const counters = @import("replication/counters.zig");
const fake_host = @import("tests/fake_host.zig");
const keys_form = @import("directory/keys.zig");
const limits = @import("limits.zig");
const module = @import("replicator.zig");
const state_form = @import("directory/state.zig");
const ControlPlane = @import("tests/control_plane.zig").ControlPlane;

const linux = std.os.linux;

pub const panic = std.debug.FullPanic(panicWithInput);
pub const arena_bytes = module.arena_bytes;
pub const host_abi = fake_host.abi;

const steps = 400;
const settling_steps = 400;

var seed: u64 = 0;
var number: u64 = 0;
var ceiling: u64 = 0;
var plane: ControlPlane = undefined;

/// Says how to repeat what trapped, then traps.
fn panicWithInput(message: []const u8, first_address: ?usize) noreturn {
    std.debug.print("life {d} of seed {d}\n", .{ number, seed });
    std.debug.defaultPanic(message, first_address);
}

pub fn main(init: std.process.Init) !void {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    seed = try std.fmt.parseInt(u64, arguments[1], 10);
    const seconds = try std.fmt.parseInt(i64, arguments[2], 10);
    const first = try std.fmt.parseInt(u64, arguments[3], 10);
    number = first;
    const start = std.Io.Clock.awake.now(init.io);
    while (true) : (number += 1) {
        if (!livesInItsOwnProcess()) std.process.exit(1);
        if (start.durationTo(std.Io.Clock.awake.now(init.io)).toSeconds() >= seconds) break;
    }
    std.debug.print("seed {d}: {d} lives of {d} steps\n", .{ seed, number + 1 - first, steps + settling_steps });
}

/// The module's variables are of one life; false if it didn't end well.
fn livesInItsOwnProcess() bool {
    const child = linux.fork();
    if (linux.errno(child) != .SUCCESS) return false;
    if (child == 0) {
        live();
        linux.exit_group(0);
    }
    var status: u32 = 0;
    if (linux.errno(linux.waitpid(@intCast(child), @ptrCast(&status), 0)) != .SUCCESS) return false;
    return status == 0;
}

fn live() void {
    var generator: std.Random.DefaultPrng = .init(seed +% number *% 0x9e3779b97f4a7c15);
    const random = generator.random();
    fake_host.random = random;
    plane = .{ .random = random, .edge_keys = .derive(@splat(0x5e)) };
    begin(random);
    for (0..steps) |_| {
        step(random);
        check();
    }
    settle(random);
}

fn begin(random: std.Random) void {
    const secret = "VOP_EDGE_SECRET=" ++ "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e\x00";
    const buckets_log2 = random.intRangeAtMost(u32, limits.buckets_log2_min, 6);
    ceiling = random.intRangeAtMost(u64, limits.directory_bytes_min, 8 * limits.directory_bytes_min);
    fake_host.environment = secret;
    fake_host.look_ns = random.uintAtMost(u64, 200 * std.time.ns_per_us);
    var buffer: [256]u8 = undefined;
    fake_host.configuration = std.fmt.bufPrint(&buffer, "{{\"edge_id\":\"edge-1\",\"boot\":\"{s}\"," ++
        "\"buckets_log2\":{d},\"directory_bytes\":{d},\"cluster\":\"control_plane\"}}", .{
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", buckets_log2, ceiling,
    }) catch unreachable;
    std.debug.assert(module.proxy_on_vm_start(1, 0) == 1);
    std.debug.assert(module.proxy_on_configure(1, @intCast(fake_host.configuration.len)) == 1);
    fake_host.failures = if (random.boolean()) 0 else random.uintAtMost(u32, 50);
    for (&fake_host.vms) |*value| {
        var vm: [12]u8 = undefined;
        random.bytes(&vm);
        value.set(vm[0..random.uintAtMost(usize, 12)]);
    }
}

fn step(random: std.Random) void {
    plane.change();
    fake_host.now_ns += switch (random.uintLessThan(u8, 50)) {
        0 => random.uintLessThan(u64, 100 * std.time.ns_per_s),
        1...10 => random.uintLessThan(u64, 2 * std.time.ns_per_s),
        else => random.uintLessThan(u64, 20 * std.time.ns_per_ms),
    };
    switch (random.uintLessThan(u8, 10)) {
        0...3 => module.proxy_on_tick(1),
        4...8 => answerOne(random),
        else => strayReply(random),
    }
    if (random.uintLessThan(u8, 20) == 0) {
        var vm: [4]u8 = undefined;
        random.bytes(&vm);
        fake_host.vm.set(vm[0..random.uintAtMost(usize, 4)]);
    }
}

/// Replies to any call under way; now and then twice, or not at all.
fn answerOne(random: std.Random) void {
    if (fake_host.call_count == 0) return;
    const call = fake_host.takeCall(random.uintLessThan(usize, fake_host.call_count));
    const fate = random.uintLessThan(u8, 30);
    if (!plane.honest and fate == 0) return;
    const header_count = plane.answer(&call);
    respond(call.token, header_count);
    if (!plane.honest and fate < 3) respond(call.token, header_count);
}

fn respond(token: u32, header_count: u32) void {
    module.proxy_on_http_call_response(1, token, header_count, @intCast(fake_host.reply_body.len), 0);
}

/// A token that nobody gave out, with whatever reply was last at hand, and a length that may be wrong.
fn strayReply(random: std.Random) void {
    const token = if (fake_host.call_count > 0 and random.boolean()) fake_host.calls[0].token else random.int(u32);
    const length = random.uintAtMost(u32, 2 * limits.page_bytes_max);
    module.proxy_on_http_call_response(1, token, random.uintLessThan(u32, 3), length, 0);
}

/// What filters may rely on at any time.
fn check() void {
    var total: u64 = 0;
    var records: u64 = 0;
    for (&fake_host.buckets) |*value| {
        const bucket = value.get() orelse continue;
        total += bucket.len;
        var iterator: bucket_form.Iterator = .init(bucket);
        while (iterator.next() catch unreachable) |_| records += 1;
    }
    std.debug.assert(total <= ceiling);
    const state = readState() orelse return;
    std.debug.assert(!state.complete or fake_host.keys.present);
    if (!state.complete) return;
    std.debug.assert(total == counters.bytes and records == counters.records);
    for (state.streams[0..state.stream_count]) |*stream| std.debug.assert(stream.complete and stream.proven_ns > 0);
}

fn readState() ?state_form.State {
    const encoded = fake_host.state.get() orelse return null;
    var state: state_form.State = undefined;
    state.decode(encoded) catch unreachable;
    return state;
}

/// The host fails no more and the control plane answers rightly: the directory must become complete.
fn settle(random: std.Random) void {
    fake_host.failures = 0;
    plane.honest = true;
    for (0..settling_steps) |at| {
        // Twice, because a page of before may still be under way and fill the directory.
        if (at % (settling_steps / 2) == 0) fake_host.now_ns += 2 * limits.full_retry_ms * std.time.ns_per_ms;
        fake_host.now_ns += 100 * std.time.ns_per_ms;
        module.proxy_on_tick(1);
        for (0..fake_host.call_count) |_| answerOne(random);
        check();
    }
    const state = readState().?;
    std.debug.assert(state.complete);
    std.debug.assert(state.stream_count == plane.tenant_count);
}
