//! The buckets in shared data: the replicator alone writes them.

const bucket_form = @import("../directory/bucket.zig");
const counters = @import("counters.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");
const lookup = @import("../directory/lookup.zig");

/// Host calls left in this callback, in buckets.
pub var budget: u32 = 0;

var buffer: [limits.bucket_bytes_max]u8 = undefined;

/// Makes buckets from `next` on empty, as far as the budget goes; the result is where to go on.
pub fn empty(next: u32, buckets_log2: u5) host.Error!u32 {
    const end = @as(u32, 1) << buckets_log2;
    var bucket = next;
    while (bucket < end and budget > 0) : (bucket += 1) {
        try host.setSharedData(&lookup.bucketName(bucket), "");
        budget -= 1;
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
    budget -|= 1;
    const level = host.mark();
    defer host.release(level);
    const shared = try host.sharedData(&lookup.bucketName(bucket)) orelse return error.Malformed;
    return bucket_form.rewrite(&buffer, shared.value, tenant, changes, replaced);
}

/// Writes what `rewrite` made of a bucket.
pub fn write(bucket: u32, outcome: *const bucket_form.Outcome) host.Error!void {
    counters.stale_records += outcome.stale;
    counters.refused_records += outcome.refused;
    if (!outcome.changed) return;
    try host.setSharedData(&lookup.bucketName(bucket), outcome.bucket);
    counters.records = moved(counters.records, outcome.records_delta);
    counters.bytes = moved(counters.bytes, outcome.bytes_delta);
}

/// A count after a change that can't lead below zero.
pub fn moved(count: u64, delta: i64) u64 {
    return if (delta < 0) count -| @abs(delta) else count + @abs(delta);
}
