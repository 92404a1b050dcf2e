//! When to try again: doubling from `limits.retry_min_ms` to `limits.retry_max_ms`.

const std = @import("std");
const limits = @import("../limits.zig");

pub const Backoff = struct {
    delay_ms: u64 = limits.retry_min_ms,
    due_ns: u64 = 0,

    /// Not before this failure's delay has passed; the next one is longer.
    pub fn failed(backoff: *Backoff, now_ns: u64) void {
        backoff.due_ns = now_ns + backoff.delay_ms * std.time.ns_per_ms;
        backoff.delay_ms = @min(2 * backoff.delay_ms, limits.retry_max_ms);
    }

    /// At once again.
    pub fn succeeded(backoff: *Backoff) void {
        backoff.* = .{};
    }

    pub fn due(backoff: *const Backoff, now_ns: u64) bool {
        return now_ns >= backoff.due_ns;
    }
};

test "delays double up to the limit and start over after success" {
    var backoff: Backoff = .{};
    var last: u64 = 0;
    for (0..20) |_| {
        backoff.failed(0);
        try std.testing.expect(backoff.due_ns >= last);
        last = backoff.due_ns;
    }
    try std.testing.expectEqual(limits.retry_max_ms * std.time.ns_per_ms, last);
    backoff.succeeded();
    try std.testing.expect(backoff.due(0));
    backoff.failed(5);
    try std.testing.expectEqual(5 + limits.retry_min_ms * std.time.ns_per_ms, backoff.due_ns);
}
