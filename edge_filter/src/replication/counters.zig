//! What the replicator counts, for its heartbeat and its metrics.

const host = @import("../host.zig");

pub var refused_pages: u64 = 0;
pub var refused_records: u64 = 0;
pub var stale_records: u64 = 0;
pub var errors: u64 = 0;
pub var pages: u64 = 0;
/// Records and bytes in all buckets, and the most bytes that one bucket has had since they were last empty.
pub var records: u64 = 0;
pub var bytes: u64 = 0;
pub var fullest_bucket: u64 = 0;
/// The longest that the replicator worked on one bucket or got one page, host calls included, in microseconds, since
/// there are buckets.
pub var longest_us: u64 = 0;

const Metric = struct { kind: host.MetricKind, name: []const u8, id: u32 = 0, last: u64 = 0 };

/// What a tick reports besides the counters.
pub const Gauges = struct {
    heartbeat: u64,
    buckets: u64,
    directory_bytes: u64,
    head_age_ms: u64,
    complete: bool,
    full: bool,
};

var metrics = [_]Metric{
    .{ .kind = .gauge, .name = "vop_replicator_heartbeat" },
    .{ .kind = .gauge, .name = "vop_replicator_records" },
    .{ .kind = .gauge, .name = "vop_replicator_buckets" },
    .{ .kind = .gauge, .name = "vop_replicator_bytes" },
    .{ .kind = .gauge, .name = "vop_replicator_directory_bytes" },
    .{ .kind = .gauge, .name = "vop_replicator_fullest_bucket" },
    .{ .kind = .gauge, .name = "vop_replicator_longest_us" },
    .{ .kind = .gauge, .name = "vop_replicator_head_age_ms" },
    .{ .kind = .gauge, .name = "vop_replicator_complete" },
    .{ .kind = .gauge, .name = "vop_replicator_full" },
    .{ .kind = .counter, .name = "vop_replicator_pages" },
    .{ .kind = .counter, .name = "vop_replicator_refused_pages" },
    .{ .kind = .counter, .name = "vop_replicator_refused_records" },
    .{ .kind = .counter, .name = "vop_replicator_stale_records" },
    .{ .kind = .counter, .name = "vop_replicator_errors" },
};

pub fn define() host.Error!void {
    for (&metrics) |*metric| metric.id = try host.defineMetric(metric.kind, metric.name);
}

/// Writes what has changed since the last report.
pub fn report(gauges: Gauges) void {
    const values = [metrics.len]u64{
        gauges.heartbeat,
        records,
        gauges.buckets,
        bytes,
        gauges.directory_bytes,
        fullest_bucket,
        longest_us,
        gauges.head_age_ms,
        @intFromBool(gauges.complete),
        @intFromBool(gauges.full),
        pages,
        refused_pages,
        refused_records,
        stale_records,
        errors,
    };
    for (&metrics, values) |*metric, value| {
        if (value == metric.last) continue;
        switch (metric.kind) {
            .gauge => host.recordMetric(metric.id, value),
            .counter => host.incrementMetric(metric.id, @intCast(value -| metric.last)),
        }
        metric.last = value;
    }
}
