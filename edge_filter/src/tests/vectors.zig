//! Known answers: what Python's `cryptography` and `hmac` make of the formats, as the module `vectors`.

const std = @import("std");
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
    const binding: seal.Binding = .{
        .bic = bic,
        .lookup_key = lookup_key,
        .epoch = vectors.epoch,
        .revision = vectors.revision,
    };
    var plain: [limits.record_bytes_max]u8 = undefined;
    try testing.expectEqualSlices(u8, vectors.plain, seal.open(&plain, vectors.sealed, record_key, binding).?);
    var bound_otherwise = binding;
    bound_otherwise.revision += 1;
    try testing.expect(seal.open(&plain, vectors.sealed, record_key, bound_otherwise) == null);
    for (0..vectors.sealed.len) |length| {
        try testing.expect(seal.open(&plain, vectors.sealed[0..length], record_key, binding) == null);
    }
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
