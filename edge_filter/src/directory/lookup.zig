//! From BIC and IBAN to lookup key, bucket, and the key that opens the record (docs/formats.md sections 2 and 5).

const std = @import("std");
const keys = @import("keys.zig");
const limits = @import("../limits.zig");
const Keyed = @import("keyed.zig").Keyed;

pub const LookupKey = [16]u8;

/// `HMAC-SHA256(index_key, BIC11 ‖ IBAN)[0..16]`.
pub fn lookupKey(index_keyed: *const Keyed, bic: keys.Bic, iban: []const u8) LookupKey {
    return index_keyed.mac(&.{ &bic, iban })[0..16].*;
}

/// `HMAC-SHA256(seal_key, IBAN)`.
pub fn recordKey(seal_key: *const keys.SealKey, iban: []const u8) [32]u8 {
    return seal_key.keyed.mac(&.{iban});
}

/// The bucket of a lookup key: its first bits, so that buckets follow lookup-key order.
pub fn bucketOf(key: LookupKey, buckets_log2: u5) u32 {
    std.debug.assert(buckets_log2 >= limits.buckets_log2_min and buckets_log2 <= limits.buckets_log2_max);
    return std.mem.readInt(u32, key[0..4], .big) >> @intCast(32 - @as(u6, buckets_log2));
}

const bucket_prefix = "vop/1/b/";
pub const BucketName = [bucket_prefix.len + 4]u8;

/// The shared-data key of a bucket.
pub fn bucketName(bucket: u32) BucketName {
    var name: BucketName = bucket_prefix.* ++ .{ 0, 0, 0, 0 };
    std.mem.writeInt(u32, name[bucket_prefix.len..], bucket, .little);
    return name;
}

test "buckets follow lookup-key order and end at the last" {
    try std.testing.expectEqual(0, bucketOf(@splat(0), 4));
    try std.testing.expectEqual(15, bucketOf(@splat(0xff), 4));
    try std.testing.expectEqual((1 << 24) - 1, bucketOf(@splat(0xff), 24));
    try std.testing.expectEqual(0x123, bucketOf(.{ 0x12, 0x34 } ++ @as([14]u8, @splat(0)), 12));
}
