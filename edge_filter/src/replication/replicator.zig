//! The replicator's life: create the buckets, get the keys, follow each tenant's stream, and say so at every tick.
//! A singleton that traps is not revived, so nothing here trusts what comes from outside.

const std = @import("std");
const Backoff = @import("backoff.zig").Backoff;
const bytes = @import("../bytes.zig");
const calls = @import("calls.zig");
const configuration = @import("../configuration.zig");
const counters = @import("counters.zig");
const heartbeat = @import("heartbeat.zig");
const host = @import("../host.zig");
const json = @import("../request/json.zig");
const keys_form = @import("../directory/keys.zig");
const limits = @import("../limits.zig");
const state_form = @import("../directory/state.zig");
const store = @import("store.zig");
const streams_form = @import("stream.zig");

const Stream = streams_form.Stream;

const Stage = enum {
    /// Nothing has been done yet: the first tick begins.
    resting,
    /// Buckets are being created or emptied.
    emptying,
    /// Filters are being given the time to see that the directory is not complete.
    waiting,
    following,
};

var config: configuration.Replicator = undefined;
var document: json.Document = undefined;
var stage: Stage = .resting;
var edge_keys: ?keys_form.EdgeKeys = null;
var started_ns: u64 = 0;
var wait_until_ns: u64 = 0;
var next_bucket: u32 = 0;
var tick_ms: u32 = 0;

/// The key package in use; what it was parsed from is compared with what comes next.
var keys: keys_form.Keys = undefined;
var package: [keys_form.package_bytes_max]u8 = undefined;
var package_length: usize = 0;
var keys_wanted: bool = true;
var keys_refresh_ns: u64 = 0;
var keys_backoff: Backoff = .{};
var keys_call: ?calls.Call = null;

var streams: [limits.tenants_max]Stream = undefined;
var stream_count: usize = 0;
var page_buffers: [limits.tenants_max][limits.page_bytes_max]u8 = undefined;
var setting: streams_form.Setting = undefined;

var beats: u64 = 0;
var beat_call: ?calls.Call = null;
var beat_due_ns: u64 = 0;
var complete_told: bool = false;

/// Reads the configuration; runs once more in a VM that is thrown away, so nothing is begun here.
pub fn configure(length: usize) bool {
    const source = host.bufferBytes(.configuration, length) catch "";
    configuration.parseReplicator(&config, &document, source) catch {
        host.log(.err, "vop: the replicator's configuration is malformed");
        return false;
    };
    counters.define() catch return false;
    tick_ms = 0;
    return setTick(limits.loading_tick_ms);
}

fn setTick(period_ms: u32) bool {
    if (period_ms == tick_ms) return true;
    host.setTickPeriod(period_ms) catch return false;
    tick_ms = period_ms;
    return true;
}

/// A little of everything that is due.
pub fn tick() void {
    const now_ns = host.now(.monotonic) catch return;
    store.beginTurn(now_ns);
    if (stage == .resting) begin(now_ns);
    switch (stage) {
        .resting => unreachable,
        .waiting => if (now_ns >= wait_until_ns) startEmptying(),
        .emptying => emptySome(now_ns),
        .following => follow(now_ns),
    }
    stepKeys(now_ns);
    beats += 1;
    writeState();
    beat(now_ns);
    report(now_ns);
    _ = setTick(if (isComplete() and !isApplying()) limits.steady_tick_ms else limits.loading_tick_ms);
}

fn begin(now_ns: u64) void {
    started_ns = now_ns;
    store.ceiling = config.directory_bytes;
    edge_keys = readSecret() catch no_secret: {
        host.log(.critical, "vop: VOP_EDGE_SECRET is missing or not 64 hex digits; nothing can be replicated");
        break :no_secret null;
    };
    startEmptying();
}

/// The environment can be as large as one allows: it is read into a page buffer, which nothing needs yet.
fn readSecret() (host.Error || error{Malformed})!keys_form.EdgeKeys {
    var text: [64]u8 = undefined;
    defer std.crypto.secureZero(u8, &text);
    try host.environmentVariable("VOP_EDGE_SECRET", &text, &page_buffers[0]);
    var secret: [32]u8 = undefined;
    defer std.crypto.secureZero(u8, &secret);
    try bytes.unhex(&secret, &text);
    return .derive(secret);
}

fn startEmptying() void {
    stage = .emptying;
    next_bucket = 0;
    counters.records = 0;
    counters.bytes = 0;
    counters.fullest_bucket = 0;
}

fn emptySome(now_ns: u64) void {
    next_bucket = store.empty(next_bucket, config.buckets_log2) catch {
        counters.errors += 1;
        return;
    };
    if (next_bucket < bucketCount()) return;
    // The host's map grows while buckets are created; the listener is closed then, so that holds up nobody.
    counters.longest_us = 0;
    stage = .following;
    // While Envoy's map grew, no listener was open.
    if (package_length == 0) counters.longest_us = 0;
    if (package_length > 0) install(now_ns);
}

fn bucketCount() u32 {
    return @as(u32, 1) << config.buckets_log2;
}

/// Lets every stream take a step, the one after the last first, so that none starves.
fn follow(now_ns: u64) void {
    for (0..stream_count) |turn| {
        const position: usize = @intCast((turn + beats) % stream_count);
        grant(streams[position].step(&setting, now_ns), now_ns);
        if (stage != .following) return;
    }
}

fn grant(wish: streams_form.Wish, now_ns: u64) void {
    switch (wish) {
        .none => {},
        .keys => keys_wanted = true,
        .reset => {
            host.log(.err, "vop: a bucket could not be rewritten; the directory is loaded again");
            counters.errors += 1;
            reset(now_ns);
        },
    }
}

/// Forgets the streams, tells the filters first, and empties the buckets only when they must have seen it.
fn reset(now_ns: u64) void {
    stream_count = 0;
    stage = .waiting;
    wait_until_ns = now_ns + limits.resync_wait_ms * std.time.ns_per_ms;
    writeState();
}

fn stepKeys(now_ns: u64) void {
    const secrets = edge_keys != null and stage != .resting;
    if (keys_call) |*call| {
        if (call.lost(now_ns)) failKeys(now_ns);
        return;
    }
    const wanted = keys_wanted or now_ns >= keys_refresh_ns;
    if (!secrets or stage != .following or !wanted or !keys_backoff.due(now_ns)) return;
    keys_call = calls.get(config.cluster.slice(), "/edge/v1/keys", now_ns) catch {
        failKeys(now_ns);
        return;
    };
}

fn failKeys(now_ns: u64) void {
    counters.errors += 1;
    keys_call = null;
    keys_backoff.failed(now_ns);
}

/// A reply to one of our calls; any other token is a call that was given up.
pub fn onReply(token: u32, header_count: u32, length: u32) void {
    const now_ns = host.now(.monotonic) catch return;
    store.beginTurn(now_ns);
    if (isCall(&keys_call, token)) return onKeys(header_count, length, now_ns);
    if (isCall(&beat_call, token)) {
        beat_call = null;
        const status = calls.reply(header_count).status;
        if (status < 200 or status > 299) {
            counters.errors += 1;
            return;
        }
        return tellCompleteness(now_ns);
    }
    for (streams[0..stream_count], 0..) |*stream, position| {
        if (!isCall(&stream.call, token)) continue;
        grant(stream.onReply(&setting, &page_buffers[position], header_count, length, now_ns), now_ns);
        writeState();
        return tellCompleteness(now_ns);
    }
}

/// What has changed is said at once, the rest by the next tick: a call that failed because Envoy is shutting down
/// must not be followed by another one from its own callback, for Envoy 1.40 then crashes.
fn tellCompleteness(now_ns: u64) void {
    if (isComplete() != complete_told) beat(now_ns);
}

fn isCall(call: *const ?calls.Call, token: u32) bool {
    return if (call.*) |*under_way| under_way.token == token else false;
}

fn onKeys(header_count: u32, length: u32, now_ns: u64) void {
    const call = keys_call.?;
    keys_call = null;
    const reply = calls.reply(header_count);
    if (reply.status != 200) return failKeys(now_ns);
    if (!std.mem.eql(u8, reply.content_type, "application/vnd.vop.keys")) return failKeys(now_ns);
    if (length > keys_form.delivery_bytes_max) return failKeys(now_ns);
    const delivery = host.bufferBytes(.call_response_body, length) catch return failKeys(now_ns);
    var opened: [keys_form.package_bytes_max]u8 = undefined;
    defer std.crypto.secureZero(u8, &opened);
    const plain = edge_keys.?.open(&opened, delivery, call.nonce, config.edge_id.slice()) orelse return failKeys(now_ns);
    var fresh: keys_form.Keys = undefined;
    fresh.parse(plain) catch return failKeys(now_ns);
    keys_wanted = false;
    keys_backoff = .{ .due_ns = now_ns + limits.keys_pause_ms * std.time.ns_per_ms };
    keys_refresh_ns = now_ns + limits.keys_refresh_ms * std.time.ns_per_ms;
    accept(&fresh, plain, now_ns);
}

/// New keys: the same directory goes on with them; another generation or other tenants begin it anew.
fn accept(fresh: *const keys_form.Keys, plain: []const u8, now_ns: u64) void {
    const first = package_length == 0;
    const same = !first and fresh.sameDirectory(&keys);
    const equal = std.mem.eql(u8, package[0..package_length], plain);
    keys = fresh.*;
    @memcpy(package[0..plain.len], plain);
    package_length = plain.len;
    // A directory that is being emptied is filled with these keys afterwards.
    if (stage != .following) return;
    if (first) return install(now_ns);
    if (!same) return reset(now_ns);
    if (!equal) publishKeys() catch return reset(now_ns);
    for (streams[0..stream_count], 0..) |*stream, position| {
        stream.epoch_max = keys.tenants[position].epochMax();
        stream.epoch_min = keys.tenants[position].epochMin();
        if (stream.blocked) stream.restart(now_ns + limits.resync_wait_ms * std.time.ns_per_ms);
    }
}

/// Begins the streams of the key package on empty buckets.
fn install(now_ns: u64) void {
    publishKeys() catch {
        counters.errors += 1;
        return reset(now_ns);
    };
    setting = .{
        .cluster = config.cluster.slice(),
        .edge_id = config.edge_id.slice(),
        .page_keyed = &edge_keys.?.page_keyed,
        .buckets_log2 = config.buckets_log2,
        .generation = keys.generation,
        .tell = writeState,
    };
    stream_count = keys.tenant_count;
    for (streams[0..stream_count], keys.tenants[0..stream_count], 0..) |*stream, *tenant, position| {
        stream.* = .{
            .tenant = @intCast(position),
            .bic = tenant.bic,
            .epoch_max = tenant.epochMax(),
            .epoch_min = tenant.epochMin(),
        };
    }
    writeState();
    follow(now_ns);
}

fn publishKeys() host.Error!void {
    try host.setSharedData(state_form.keys_name, package[0..package_length]);
}

fn isComplete() bool {
    if (stage != .following or stream_count == 0) return false;
    for (streams[0..stream_count]) |*stream| {
        if (!stream.complete) return false;
    }
    return true;
}

/// Whether a page is only applied in part.
fn isApplying() bool {
    for (streams[0..stream_count]) |*stream| {
        if (stream.work != null) return true;
    }
    return false;
}

/// Tells the filters how things stand.
fn writeState() void {
    var state: state_form.State = .{
        .complete = isComplete(),
        .buckets_log2 = config.buckets_log2,
        .heartbeat = beats,
        .boot = config.boot,
        .generation = generation(),
        .streams = undefined,
        .stream_count = stream_count,
    };
    for (streams[0..stream_count], state.streams[0..stream_count]) |*stream, *told| {
        told.* = .{
            .bic = stream.bic,
            .complete = stream.complete,
            .seq = stream.seq,
            .proven_ns = stream.proven_ns,
        };
    }
    var buffer: [state_form.State.bytes_max]u8 = undefined;
    host.setSharedData(state_form.state_name, state.encode(&buffer)) catch {
        counters.errors += 1;
    };
}

/// Zero until there is a directory.
fn generation() keys_form.Generation {
    return if (stream_count > 0) keys.generation else @splat(0);
}

/// Tells the control plane: every second, and at once when `complete` has changed.
fn beat(now_ns: u64) void {
    if (beat_call) |*call| {
        if (!call.lost(now_ns)) return;
        beat_call = null;
        counters.errors += 1;
    }
    const complete = isComplete();
    if (now_ns < beat_due_ns and complete == complete_told) return;
    beat_due_ns = now_ns + limits.heartbeat_ms * std.time.ns_per_ms;
    complete_told = complete;
    const body = heartbeat.body(&.{
        .boot = &config.boot,
        .generation = &generation(),
        .complete = complete,
        .buckets = bucketCount(),
        .directory_bytes = config.directory_bytes,
        .streams = streams[0..stream_count],
        .now_ns = now_ns,
        .started_ns = started_ns,
    }) catch return;
    beat_call = calls.post(config.cluster.slice(), "/edge/v1/heartbeat", body, now_ns) catch {
        counters.errors += 1;
        return;
    };
}

fn report(now_ns: u64) void {
    var head_age_ms: u64 = 0;
    var full = false;
    for (streams[0..stream_count]) |*stream| {
        full = full or stream.full;
        const since = if (stream.proven_ns == 0) started_ns else stream.proven_ns;
        head_age_ms = @max(head_age_ms, (now_ns -| since) / std.time.ns_per_ms);
    }
    counters.report(.{
        .heartbeat = beats,
        .buckets = bucketCount(),
        .directory_bytes = config.directory_bytes,
        .head_age_ms = head_age_ms,
        .complete = isComplete(),
        .full = full,
    });
}
