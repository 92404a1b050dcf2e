//! HMAC-SHA-256 under a key that stays: both halves have taken the key in already, which saves half of the work.

const std = @import("std");

const Sha256 = std.crypto.hash.sha2.Sha256;

pub const Keyed = struct {
    inner: Sha256,
    outer: Sha256,

    pub const mac_bytes = Sha256.digest_length;

    /// Takes the key in (RFC 2104).
    pub fn init(key: [32]u8) Keyed {
        var block: [Sha256.block_length]u8 = @splat(0);
        defer std.crypto.secureZero(u8, &block);
        block[0..key.len].* = key;
        for (&block) |*byte| byte.* ^= 0x36;
        var keyed: Keyed = .{ .inner = .init(.{}), .outer = .init(.{}) };
        keyed.inner.update(&block);
        for (&block) |*byte| byte.* ^= 0x36 ^ 0x5c;
        keyed.outer.update(&block);
        return keyed;
    }

    /// The MAC of the parts, one after the other.
    pub fn mac(keyed: *const Keyed, parts: []const []const u8) [mac_bytes]u8 {
        var inner = keyed.inner;
        for (parts) |part| inner.update(part);
        var outer = keyed.outer;
        outer.update(&inner.finalResult());
        return outer.finalResult();
    }
};

test "MACs are those of the standard library, for any length and split" {
    const HmacSha256 = std.crypto.auth.hmac.sha2.HmacSha256;
    const key: [32]u8 = "0123456789abcdef0123456789abcdef".*;
    const keyed: Keyed = .init(key);
    const message: [200]u8 = @splat('m');
    for (0..message.len) |length| {
        var expected: [32]u8 = undefined;
        HmacSha256.create(&expected, message[0..length], &key);
        try std.testing.expectEqual(expected, keyed.mac(&.{message[0..length]}));
        try std.testing.expectEqual(expected, keyed.mac(&.{ message[0 .. length / 3], message[length / 3 .. length] }));
    }
}
