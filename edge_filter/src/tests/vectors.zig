//! Known answers, as the module `vectors`: tests/vectors/sealing.json, which Python is held to as well.

const std = @import("std");
const decision = @import("../audit/decision.zig");
const keys_form = @import("../directory/keys.zig");
const limits = @import("../limits.zig");
const lookup = @import("../directory/lookup.zig");
const page_form = @import("../directory/page.zig");
const seal = @import("../directory/seal.zig");
const vectors = @import("vectors");

const testing = std.testing;

fn edgeKeys() keys_form.EdgeKeys {
    return .derive(vectors.secret[0..32].*);
}

fn openedKeys(keys: *keys_form.Keys) !void {
    var package: [keys_form.package_bytes_max]u8 = undefined;
    const derived = edgeKeys();
    const plain = derived.open(&package, vectors.delivery, vectors.nonce[0..16].*, vectors.edge_id) orelse
        return error.DoesNotOpen;
    try testing.expectEqualSlices(u8, vectors.package, plain);
    try keys.parse(plain);
}

test "a delivery opens with the edge's own secret, for its nonce and its edge id only" {
    var package: [keys_form.package_bytes_max]u8 = undefined;
    var keys: keys_form.Keys = undefined;
    try openedKeys(&keys);
    const derived = edgeKeys();
    const other_nonce: [16]u8 = @splat(0);
    try testing.expect(derived.open(&package, vectors.delivery, other_nonce, vectors.edge_id) == null);
    try testing.expect(derived.open(&package, vectors.delivery, vectors.nonce[0..16].*, "edge-2") == null);
    const other: keys_form.EdgeKeys = .derive(@splat(9));
    try testing.expect(other.open(&package, vectors.delivery, vectors.nonce[0..16].*, vectors.edge_id) == null);
}

test "a delivery with any one byte changed or cut off doesn't open" {
    var package: [keys_form.package_bytes_max]u8 = undefined;
    var delivery: [keys_form.delivery_bytes_max]u8 = undefined;
    const derived = edgeKeys();
    const nonce = vectors.nonce[0..16].*;
    for (0..vectors.delivery.len) |position| {
        const copy = delivery[0..vectors.delivery.len];
        @memcpy(copy, vectors.delivery);
        copy[position] ^= 0x40;
        try testing.expect(derived.open(&package, copy, nonce, vectors.edge_id) == null);
        try testing.expect(derived.open(&package, vectors.delivery[0..position], nonce, vectors.edge_id) == null);
    }
}

test "a key package cut short or with something behind it is refused" {
    var keys: keys_form.Keys = undefined;
    for (0..vectors.package.len) |length| {
        try testing.expect(std.meta.isError(keys.parse(vectors.package[0..length])));
    }
    try testing.expectError(error.Malformed, keys.parse(vectors.package ++ "\x00"));
}

test "a look-up key and a record key lead to the plain record" {
    var keys: keys_form.Keys = undefined;
    try openedKeys(&keys);
    const bic = vectors.bic[0..11].*;
    const tenant = &keys.tenants[keys.tenantPosition(bic).?];
    const lookup_key = lookup.lookupKey(&keys.index_keyed, bic, vectors.iban);
    try testing.expectEqualSlices(u8, vectors.lookup_key, &lookup_key);
    const record_key = lookup.recordKey(tenant.sealKey(vectors.epoch).?, vectors.iban);
    try testing.expectEqualSlices(u8, vectors.record_key, &record_key);
    var plain: [limits.record_bytes_max]u8 = undefined;
    try testing.expectEqualSlices(u8, vectors.plain, seal.open(&plain, vectors.sealed, record_key, binding).?);
}

/// What the known record is bound to.
const binding: seal.Binding = .{
    .bic = vectors.bic[0..11].*,
    .lookup_key = vectors.lookup_key[0..16].*,
    .epoch = vectors.epoch,
    .revision = vectors.revision,
};

fn opens(sealed: []const u8, bound: seal.Binding) bool {
    var plain: [limits.record_bytes_max]u8 = undefined;
    return seal.open(&plain, sealed, vectors.record_key[0..32].*, bound) != null;
}

test "a record with any one byte of nonce, text or tag changed, or cut, doesn't open" {
    try testing.expect(opens(vectors.sealed, binding));
    var sealed: [vectors.sealed.len + 1]u8 = undefined;
    for (0..vectors.sealed.len) |position| {
        for (0..8) |bit| {
            sealed = (vectors.sealed ++ "\x00").*;
            sealed[position] ^= @as(u8, 1) << @intCast(bit);
            try testing.expect(!opens(sealed[0..vectors.sealed.len], binding));
        }
        try testing.expect(!opens(vectors.sealed[0..position], binding));
    }
    try testing.expect(!opens(vectors.sealed ++ "\x00", binding));
}

test "a record opens for nothing but the account, epoch and revision that it is bound to" {
    for (0..11) |position| {
        var other = binding;
        other.bic[position] ^= 1;
        try testing.expect(!opens(vectors.sealed, other));
    }
    for (0..16) |position| {
        var other = binding;
        other.lookup_key[position] ^= 1;
        try testing.expect(!opens(vectors.sealed, other));
    }
    for (0..32) |bit| {
        var other = binding;
        other.epoch ^= @as(u32, 1) << @intCast(bit);
        try testing.expect(!opens(vectors.sealed, other));
    }
    for (0..64) |bit| {
        var other = binding;
        other.revision ^= @as(u64, 1) << @intCast(bit);
        try testing.expect(!opens(vectors.sealed, other));
    }
}

test "a decision is sealed to the known bytes" {
    const sealer = try testing.allocator.create(decision.Sealer);
    defer testing.allocator.destroy(sealer);
    sealer.n = vectors.n - 1;
    var random = vectors.ephemeral[0..32].*;
    try sealer.init(vectors.boot[0..16].*, vectors.vm, vectors.audit_public[0..32].*, &random);
    try testing.expectEqual(@as([32]u8, @splat(0)), random);
    const text = try sealer.seal(&.{
        .kind = .name,
        .outcome = .close_match,
        .score = 812,
        .reasons = "\x01\x07",
        .holder = 0,
        .name = 0,
        .epoch = vectors.epoch,
        .revision = vectors.revision,
        .directory_age_ms = 12,
        .time_us = 34,
        .wall_ms = 1_764_000_000_123,
        .tables_hash = "\x00\x01\x02\x03\x04\x05\x06\x07".*,
        .configuration_version = "\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f".*,
        .request_id = vectors.request_id,
        .requesting_bic = vectors.requesting_bic,
        .party_bic = vectors.bic,
        .iban = vectors.iban,
        .typed = vectors.typed,
        .matched_name = vectors.matched,
    }, vectors.edge_id);
    const decoder = std.base64.standard.Decoder;
    var sealed: [vectors.sealed_decision.len]u8 = undefined;
    try testing.expectEqual(sealed.len, try decoder.calcSizeForSlice(text));
    try decoder.decode(&sealed, text);
    try testing.expectEqualSlices(u8, vectors.sealed_decision, &sealed);
}

fn question(kind: page_form.Kind) page_form.Question {
    return .{
        .kind = kind,
        .generation = vectors.generation[0..16].*,
        .bic = vectors.bic[0..11].*,
        .nonce = vectors.nonce[0..16].*,
        .from = if (kind == .changes) 0 else null,
        .after_key = page_form.first_key,
    };
}

test "pages of both kinds are believed" {
    const derived = edgeKeys();
    inline for (.{ .{ page_form.Kind.snapshot, vectors.snapshot }, .{ page_form.Kind.changes, vectors.changes } }) |case| {
        const page = try page_form.parse(case[1], &derived.page_keyed, vectors.edge_id, &question(case[0]));
        try testing.expectEqual(vectors.head, page.head);
        var iterator: page_form.Iterator = .init(&page);
        var count: usize = 0;
        while (try iterator.next()) |record| : (count += 1) {
            if (std.mem.eql(u8, &record.lookup_key, vectors.lookup_key)) {
                try testing.expectEqual(vectors.revision, record.revision);
            }
        }
        try testing.expectEqual(page.record_count, count);
    }
}

test "a page with any one byte changed or cut off is refused" {
    const derived = edgeKeys();
    const copy = try testing.allocator.dupe(u8, vectors.snapshot);
    defer testing.allocator.free(copy);
    for (0..copy.len) |position| {
        copy[position] ^= 1;
        const changed = page_form.parse(copy, &derived.page_keyed, vectors.edge_id, &question(.snapshot));
        try testing.expectError(error.Refused, changed);
        copy[position] ^= 1;
        const cut = page_form.parse(copy[0..position], &derived.page_keyed, vectors.edge_id, &question(.snapshot));
        try testing.expectError(error.Refused, cut);
    }
}
