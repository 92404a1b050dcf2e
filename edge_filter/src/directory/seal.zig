//! Opens a sealed account record (docs/formats.md section 3.2).

const std = @import("std");
const keys = @import("keys.zig");
const limits = @import("../limits.zig");
const LookupKey = @import("lookup.zig").LookupKey;

const ChaCha20Poly1305 = std.crypto.aead.chacha_poly.ChaCha20Poly1305;

/// What a record is bound to besides its key.
pub const Binding = struct { bic: keys.Bic, lookup_key: LookupKey, epoch: u32, revision: u64 };

/// The plain record in `plain`; null if it was sealed otherwise, or changed since.
pub fn open(
    plain: *[limits.record_bytes_max]u8,
    sealed: []const u8,
    record_key: [32]u8,
    binding: Binding,
) ?[]u8 {
    if (sealed.len <= limits.seal_overhead or sealed.len > limits.sealed_bytes_max) return null;
    const length = sealed.len - limits.seal_overhead;
    ChaCha20Poly1305.decrypt(
        plain[0..length],
        sealed[12..][0..length],
        sealed[12 + length ..][0..16].*,
        &associatedData(binding),
        sealed[0..12].*,
        record_key,
    ) catch return null;
    return plain[0..length];
}

fn associatedData(binding: Binding) [44]u8 {
    var data: [44]u8 = "VOPR\x01".* ++ @as([39]u8, undefined);
    data[5..16].* = binding.bic;
    data[16..32].* = binding.lookup_key;
    std.mem.writeInt(u32, data[32..36], binding.epoch, .little);
    std.mem.writeInt(u64, data[36..44], binding.revision, .little);
    return data;
}
