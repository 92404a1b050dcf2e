//! One bucket of shared data: its records one after the other (docs/formats.md section 5).
//! Rewriting copies record by record from the old bytes to new ones: a record is replaced only by a newer revision.

const std = @import("std");
const bytes = @import("../bytes.zig");
const limits = @import("../limits.zig");
const LookupKey = @import("lookup.zig").LookupKey;

pub const Record = struct {
    lookup_key: LookupKey,
    revision: u64,
    epoch: u32,
    /// Position in the key package.
    tenant: u16,
    sealed: []const u8,

    pub const head_bytes = 16 + 8 + 4 + 2 + 2;

    pub fn write(record: *const Record, writer: *bytes.Writer) bytes.Writer.Error!void {
        if (head_bytes + record.sealed.len > writer.buffer.len - writer.at) return error.Full;
        try writer.put(&record.lookup_key);
        try writer.int(u64, record.revision);
        try writer.int(u32, record.epoch);
        try writer.int(u16, record.tenant);
        try writer.str(u16, record.sealed);
    }
};

/// Reads a bucket's records in turn.
pub const Iterator = struct {
    reader: bytes.Reader,

    pub fn init(bucket: []const u8) Iterator {
        return .{ .reader = .{ .bytes = bucket } };
    }

    pub fn next(iterator: *Iterator) error{Malformed}!?Record {
        if (iterator.reader.ended()) return null;
        return iterator.read() catch error.Malformed;
    }

    fn read(iterator: *Iterator) (bytes.Reader.Error || error{Malformed})!Record {
        const reader = &iterator.reader;
        const record: Record = .{
            .lookup_key = try reader.array(16),
            .revision = try reader.int(u64),
            .epoch = try reader.int(u32),
            .tenant = try reader.int(u16),
            .sealed = try reader.str(u16),
        };
        if (record.sealed.len > limits.sealed_bytes_max) return error.Malformed;
        return record;
    }
};

/// The tenant's record under that key, or null. A bucket that doesn't parse is an error, not a missing record.
pub fn find(bucket: []const u8, tenant: u16, lookup_key: LookupKey) error{Malformed}!?Record {
    var iterator: Iterator = .init(bucket);
    while (try iterator.next()) |record| {
        if (record.tenant == tenant and std.mem.eql(u8, &record.lookup_key, &lookup_key)) return record;
    }
    return null;
}

/// One change to one record.
pub const Change = struct { delete: bool, record: Record };

/// The keys that a snapshot page covers completely, for its tenant: `after < key <= last`. The very first key is
/// covered too when the range starts at the beginning.
pub const Range = struct {
    after: LookupKey,
    last: LookupKey,
    from_start: bool,

    pub fn contains(range: *const Range, key: LookupKey) bool {
        if (std.mem.order(u8, &key, &range.last) == .gt) return false;
        return range.from_start or std.mem.order(u8, &key, &range.after) == .gt;
    }
};

/// What rewriting did, in records and bytes of sealed records.
pub const Outcome = struct {
    bucket: []const u8,
    /// Whether the bucket differs from the old one.
    changed: bool = false,
    /// Changes that were not newer than what was there.
    stale: u32 = 0,
    /// Puts that didn't fit.
    refused: u32 = 0,
    /// Records of the tenant, after less before.
    records_delta: i64 = 0,
    /// Bytes of the bucket, after less before.
    bytes_delta: i64 = 0,
};

/// Applies `changes` of one tenant to `old` into `buffer`, which takes at least what `old` has; a put that doesn't fit
/// is refused. At most one change a key. With `replaced`, the tenant's
/// records in that range which no change names are gone; a change that is older than its record leaves it as it is.
pub fn rewrite(
    buffer: []u8,
    old: []const u8,
    tenant: u16,
    changes: []const Change,
    replaced: ?Range,
) error{Malformed}!Outcome {
    std.debug.assert(buffer.len >= old.len and buffer.len <= limits.bucket_bytes_max);
    var outcome: Outcome = .{ .bucket = &.{} };
    var writer: bytes.Writer = .{ .buffer = buffer };
    var iterator: Iterator = .init(old);
    while (try iterator.next()) |record| {
        if (record.tenant == tenant) {
            const change = changeOf(changes, record.lookup_key);
            const newer = change != null and change.?.record.revision > record.revision;
            if (change != null and !newer) outcome.stale += 1;
            const gone = change == null and replaced != null and replaced.?.contains(record.lookup_key);
            if (newer or gone) {
                outcome.records_delta -= 1;
                outcome.changed = true;
                continue;
            }
        }
        record.write(&writer) catch return error.Malformed;
    }
    for (changes) |*change| {
        if (change.delete) continue;
        if (try find(old, tenant, change.record.lookup_key)) |held| {
            if (change.record.revision <= held.revision) continue;
        }
        std.debug.assert(change.record.tenant == tenant);
        change.record.write(&writer) catch {
            outcome.refused += 1;
            continue;
        };
        outcome.records_delta += 1;
        outcome.changed = true;
    }
    outcome.bucket = writer.written();
    outcome.bytes_delta = @as(i64, @intCast(outcome.bucket.len)) - @as(i64, @intCast(old.len));
    return outcome;
}

fn changeOf(changes: []const Change, lookup_key: LookupKey) ?*const Change {
    for (changes) |*change| {
        if (std.mem.eql(u8, &change.record.lookup_key, &lookup_key)) return change;
    }
    return null;
}
