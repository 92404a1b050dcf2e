//! The edge's keys: derived from the edge secret, and delivered by the control plane (docs/formats.md sections 2, 4.1).

const std = @import("std");
const bytes = @import("../bytes.zig");
const limits = @import("../limits.zig");
const Keyed = @import("keyed.zig").Keyed;

const HkdfSha256 = std.crypto.kdf.hkdf.HkdfSha256;
const ChaCha20Poly1305 = std.crypto.aead.chacha_poly.ChaCha20Poly1305;

pub const Generation = [16]u8;
pub const Bic = [11]u8;

pub const SealKey = struct { epoch: u32, keyed: Keyed };

pub const Tenant = struct {
    bic: Bic,
    seal_keys: [limits.seal_keys_max]SealKey,
    seal_key_count: usize,

    /// The newest epoch there is a key of.
    pub fn epochMax(tenant: *const Tenant) u32 {
        var epoch: u32 = 0;
        for (tenant.seal_keys[0..tenant.seal_key_count]) |*key| epoch = @max(epoch, key.epoch);
        return epoch;
    }

    /// The oldest epoch there is a key of.
    pub fn epochMin(tenant: *const Tenant) u32 {
        var epoch: u32 = std.math.maxInt(u32);
        for (tenant.seal_keys[0..tenant.seal_key_count]) |*key| epoch = @min(epoch, key.epoch);
        return epoch;
    }

    /// The key of that epoch, or null.
    pub fn sealKey(tenant: *const Tenant, epoch: u32) ?*const SealKey {
        for (tenant.seal_keys[0..tenant.seal_key_count]) |*key| {
            if (key.epoch == epoch) return key;
        }
        return null;
    }
};

/// The key package, parsed.
pub const Keys = struct {
    generation: Generation,
    index_keyed: Keyed,
    audit_public: [32]u8,
    tenants: [limits.tenants_max]Tenant,
    tenant_count: usize,

    pub const Error = bytes.Reader.Error || error{Malformed};

    /// Parses the plain package; `keys` is whole only if there is no error.
    pub fn parse(keys: *Keys, package: []const u8) Error!void {
        var reader: bytes.Reader = .{ .bytes = package };
        if (try reader.int(u8) != 1) return error.Malformed;
        keys.generation = try reader.array(16);
        keys.index_keyed = .init(try reader.array(32));
        keys.audit_public = try reader.array(32);
        keys.tenant_count = try reader.int(u16);
        if (keys.tenant_count < 1 or keys.tenant_count > limits.tenants_max) return error.Malformed;
        for (keys.tenants[0..keys.tenant_count], 0..) |*tenant, position| {
            try parseTenant(tenant, &reader);
            if (positionOf(keys.tenants[0..position], tenant.bic) != null) return error.Malformed;
        }
        if (!reader.ended()) return error.Malformed;
    }

    fn parseTenant(tenant: *Tenant, reader: *bytes.Reader) Error!void {
        tenant.bic = try reader.array(11);
        for (tenant.bic) |byte| {
            if (!std.ascii.isUpper(byte) and !std.ascii.isDigit(byte)) return error.Malformed;
        }
        tenant.seal_key_count = try reader.int(u8);
        if (tenant.seal_key_count < 1 or tenant.seal_key_count > limits.seal_keys_max) return error.Malformed;
        for (tenant.seal_keys[0..tenant.seal_key_count]) |*key| {
            key.epoch = try reader.int(u32);
            key.keyed = .init(try reader.array(32));
        }
    }

    /// Whether records found with one are found with the other: equal generation, equal tenants in equal order.
    pub fn sameDirectory(keys: *const Keys, other: *const Keys) bool {
        if (!std.mem.eql(u8, &keys.generation, &other.generation)) return false;
        if (keys.tenant_count != other.tenant_count) return false;
        for (keys.tenants[0..keys.tenant_count], other.tenants[0..keys.tenant_count]) |*mine, *theirs| {
            if (!std.mem.eql(u8, &mine.bic, &theirs.bic)) return false;
        }
        return true;
    }

    /// The tenant's position in the package, or null.
    pub fn tenantPosition(keys: *const Keys, bic: Bic) ?usize {
        return positionOf(keys.tenants[0..keys.tenant_count], bic);
    }
};

fn positionOf(tenants: []const Tenant, bic: Bic) ?usize {
    for (tenants, 0..) |*tenant, position| {
        if (std.mem.eql(u8, &tenant.bic, &bic)) return position;
    }
    return null;
}

/// The longest plain package.
pub const package_bytes_max = 1 + 16 + 32 + 32 + 2 + limits.tenants_max * (11 + 1 + limits.seal_keys_max * 36);
const delivery_head = 4 + 1 + 3 + 16 + 12;
/// The longest sealed delivery.
pub const delivery_bytes_max = delivery_head + package_bytes_max + 16;

/// What the edge derives from its secret.
pub const EdgeKeys = struct {
    page_keyed: Keyed,
    delivery_key: [32]u8,

    pub fn derive(secret: [32]u8) EdgeKeys {
        const root = HkdfSha256.extract("", &secret);
        var page_key: [32]u8 = undefined;
        HkdfSha256.expand(&page_key, "vop/page/v1", root);
        var keys: EdgeKeys = .{ .page_keyed = .init(page_key), .delivery_key = undefined };
        HkdfSha256.expand(&keys.delivery_key, "vop/keys/v1", root);
        return keys;
    }

    /// Opens a delivery that answers `nonce` into `package`; null if anything about it is wrong.
    pub fn open(
        keys: *const EdgeKeys,
        package: *[package_bytes_max]u8,
        delivery: []const u8,
        nonce: [16]u8,
        edge_id: []const u8,
    ) ?[]const u8 {
        std.debug.assert(edge_id.len <= limits.edge_id_bytes_max);
        if (delivery.len < delivery_head + 16 or delivery.len > delivery_bytes_max) return null;
        if (!std.mem.eql(u8, delivery[0..8], "VOPK\x01\x00\x00\x00")) return null;
        if (!std.crypto.timing_safe.eql([16]u8, delivery[8..24].*, nonce)) return null;
        var associated: [24 + limits.edge_id_bytes_max]u8 = undefined;
        @memcpy(associated[0..24], delivery[0..24]);
        @memcpy(associated[24..][0..edge_id.len], edge_id);
        const sealed = delivery[delivery_head .. delivery.len - 16];
        ChaCha20Poly1305.decrypt(
            package[0..sealed.len],
            sealed,
            delivery[delivery.len - 16 ..][0..16].*,
            associated[0 .. 24 + edge_id.len],
            delivery[24..36].*,
            keys.delivery_key,
        ) catch return null;
        return package[0..sealed.len];
    }
};
