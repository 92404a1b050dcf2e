//! The buckets in shared data: the replicator alone writes them. Together they stay below the directory's ceiling, and
//! a callback works on them only for as long as its turn lasts.

const std = @import("std");
const bucket_form = @import("../directory/bucket.zig");
const counters = @import("counters.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");
const lookup = @import("../directory/lookup.zig");

/// The most that all buckets together may have, in bytes.
pub var ceiling: u64 = 0;

var buffer: [limits.bucket_bytes_max]u8 = undefined;
/// Buckets left in this callback's turn, when it ends, and when the clock was last looked at.
var buckets_left: u32 = 0;
var turn_ends_ns: u64 = 0;
var looked_ns: u64 = 0;

/// Begins the turn of a callback.
pub fn beginTurn(now_ns: u64) void {
    buckets_left = limits.buckets_per_turn;
    turn_ends_ns = now_ns + limits.turn_us_max * std.time.ns_per_us;
    looked_ns = now_ns;
}

/// Whether this callback must leave the rest to the next one.
pub fn turnIsOver() bool {
    return buckets_left == 0;
}

/// Counts one bucket's work, and ends the turn when its time is over.
fn spend() void {
    buckets_left -|= 1;
    look() catch {
        buckets_left = 0;
        return;
    };
    if (looked_ns >= turn_ends_ns) buckets_left = 0;
}

/// Looks at the clock, and notes how long it was since the last time: what the last host calls took, and some.
pub fn look() host.Error!void {
    const now_ns = try host.now(.monotonic);
    counters.longest_us = @max(counters.longest_us, (now_ns -| looked_ns) / std.time.ns_per_us);
    looked_ns = now_ns;
}

/// Makes buckets from `next` on empty, as far as the turn goes; the result is where to go on.
pub fn empty(next: u32, buckets_log2: u5) host.Error!u32 {
    const end = @as(u32, 1) << buckets_log2;
    var bucket = next;
    while (bucket < end and !turnIsOver()) : (bucket += 1) {
        try host.setSharedData(&lookup.bucketName(bucket), "");
        spend();
    }
    return bucket;
}

/// Works changes of one tenant into the one bucket they all belong to; see `bucket.rewrite`. Nothing is written yet,
/// and the outcome is good until the next call.
pub fn rewrite(
    bucket: u32,
    tenant: u16,
    changes: []const bucket_form.Change,
    replaced: ?bucket_form.Range,
) (host.Error || error{Malformed})!bucket_form.Outcome {
    const level = host.mark();
    defer host.release(level);
    const shared = try host.sharedData(&lookup.bucketName(bucket)) orelse return error.Malformed;
    if (shared.value.len > limits.bucket_bytes_max) return error.Malformed;
    const room = @min(limits.bucket_bytes_max, shared.value.len + (ceiling -| counters.bytes));
    return bucket_form.rewrite(buffer[0..room], shared.value, tenant, changes, replaced);
}

/// Writes what `rewrite` made of a bucket.
pub fn write(bucket: u32, outcome: *const bucket_form.Outcome) host.Error!void {
    counters.stale_records += outcome.stale;
    defer spend();
    if (!outcome.changed) return;
    try host.setSharedData(&lookup.bucketName(bucket), outcome.bucket);
    counters.records = moved(counters.records, outcome.records_delta);
    counters.bytes = moved(counters.bytes, outcome.bytes_delta);
    counters.fullest_bucket = @max(counters.fullest_bucket, outcome.bucket.len);
    std.debug.assert(counters.bytes <= ceiling);
}

/// A count after a change that can't lead below zero.
pub fn moved(count: u64, delta: i64) u64 {
    return if (delta < 0) count -| @abs(delta) else count + @abs(delta);
}
