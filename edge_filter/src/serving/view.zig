//! This VM's view of what the replicator leaves in shared data, and its own seal for decisions.

const std = @import("std");
const decision = @import("../audit/decision.zig");
const host = @import("../host.zig");
const keys_form = @import("../directory/keys.zig");
const state_form = @import("../directory/state.zig");

pub var state: state_form.State = undefined;
pub var state_known: bool = false;
pub var keys: keys_form.Keys = undefined;
pub var keys_known: bool = false;

var keys_cas: u32 = 0;
var sealer: decision.Sealer = undefined;
var sealer_ready: bool = false;
var vm: ?u32 = null;
/// The decision number that shared data last heard of.
var reported_n: u64 = 0;

/// Reads keys and state again; whatever can't be read or understood is not known afterwards.
/// Keys come first: a state that follows its keys is never of an older directory than they are.
pub fn refresh() void {
    refreshKeys();
    refreshState();
}

/// Reads both again; whether all that was found meanwhile was found in one directory, with its own keys. Every resync
/// writes the keys after the buckets are empty and before they fill, so keys that have not been written since, and a
/// state read ahead of them that is still complete, leave no room for one.
pub fn refreshedSame() bool {
    const cas = keys_cas;
    refreshState();
    refreshKeys();
    const same = keys_known and keys_cas == cas;
    if (!same) refreshState();
    return same;
}

fn refreshState() void {
    const level = host.mark();
    defer host.release(level);
    state_known = false;
    const shared = (host.sharedData(state_form.state_name) catch return) orelse return;
    state.decode(shared.value) catch return;
    state_known = true;
}

fn refreshKeys() void {
    const level = host.mark();
    defer host.release(level);
    const shared = host.sharedData(state_form.keys_name) catch null orelse {
        keys_known = false;
        return;
    };
    if (keys_known and shared.cas == keys_cas) return;
    keys_known = false;
    keys.parse(shared.value) catch return;
    keys_cas = shared.cas;
    keys_known = true;
}

/// The seal for this VM's decisions, made when the first one needs it; null as long as that can't be done.
pub fn decisionSealer() ?*decision.Sealer {
    if (!state_known or !keys_known) return null;
    if (sealer_ready and std.mem.eql(u8, &sealer.audit_public, &keys.audit_public)) return &sealer;
    const number = vm orelse takeVmNumber() catch return null;
    if (vm == null) sealer.n = 0;
    vm = number;
    var random: [32]u8 = undefined;
    host.random(&random) catch return null;
    sealer.init(state.boot, number, keys.audit_public, &random) catch return null;
    sealer_ready = true;
    return &sealer;
}

/// One more than the last number given out. A reloaded VM takes a new one, for it has forgotten how far it counted.
fn takeVmNumber() host.Error!u32 {
    const tries_max = 64;
    for (0..tries_max) |_| {
        const shared = try host.sharedData(state_form.vm_name);
        const last = if (shared) |found| last: {
            if (found.value.len != 4) return error.Host;
            break :last std.mem.readInt(u32, found.value[0..4], .little);
        } else 0;
        if (last == std.math.maxInt(u32)) return error.Host;
        var value: [4]u8 = undefined;
        std.mem.writeInt(u32, &value, last + 1, .little);
        if (try host.swapSharedData(state_form.vm_name, &value, if (shared) |found| found.cas else null)) return last + 1;
    }
    return error.Host;
}

/// Tells shared data the highest decision number so far, if it has grown.
pub fn reportNumber() void {
    if (!sealer_ready or sealer.n == reported_n) return;
    var value: [12]u8 = undefined;
    std.mem.writeInt(u32, value[0..4], sealer.vm, .little);
    std.mem.writeInt(u64, value[4..12], sealer.n, .little);
    host.setSharedData(&state_form.vmSlotName(sealer.vm), &value) catch return;
    reported_n = sealer.n;
}

/// Milliseconds since the poll that last proved a stream's head, sent at `proven_ns`.
pub fn ageMs(proven_ns: u64, now_ns: u64) u64 {
    return (now_ns -| proven_ns) / std.time.ns_per_ms;
}

/// The age of the stalest stream; null if no stream's head has been proved yet.
pub fn stalestMs(now_ns: u64) ?u64 {
    if (!state_known) return null;
    var stalest: ?u64 = null;
    for (state.streams[0..state.stream_count]) |*stream| {
        if (stream.proven_ns != 0) stalest = @max(stalest orelse 0, ageMs(stream.proven_ns, now_ns));
    }
    return stalest;
}
