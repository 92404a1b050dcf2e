//! Random input: nothing traps, and what is kept agrees with a model. A failure prints its seed
//! (`--seed` of the test runner repeats it).

const std = @import("std");
const bucket_form = @import("../directory/bucket.zig");
const bytes = @import("../bytes.zig");
const json = @import("../request/json.zig");
const keys_form = @import("../directory/keys.zig");
const limits = @import("../limits.zig");
const Keyed = @import("../directory/keyed.zig").Keyed;
const page_form = @import("../directory/page.zig");
const request_form = @import("../request/request.zig");
const state_form = @import("../directory/state.zig");

const testing = std.testing;

fn seeded() std.Random.DefaultPrng {
    return .init(testing.random_seed);
}

fn tellSeed() void {
    std.debug.print("seed {d}\n", .{testing.random_seed});
}

const sample =
    \\{"party":{"identification":{"organisationId":{"others":[{"identification":"1\u00e9\ud83d\ude00","schemeNameCode":
    \\"TXID","issuer":"x"}]}}},"partyAccount":{"iban":"DE02120300000000202051"},"partyAgent":{"financialInstitutionId":
    \\{"bicfi":"VOPBDEFF"}},"requestingAgent":{"financialInstitutionId":{"bicfi":"OTHRDEFF"}},"n":[-1.5e+3,true,null]}
;

/// Changes a few bytes, cuts or doubles a part.
fn mutate(random: std.Random, buffer: []u8, length: usize) usize {
    const alphabet = "{}[]:,\"\\u0dn8tfe-+. \n\x00\x1f\x7f\x80\xc3\xed\xf4\xff";
    var end = length;
    for (0..random.intRangeAtMost(usize, 1, 4)) |_| {
        const at = random.uintLessThan(usize, end);
        switch (random.uintLessThan(u8, 4)) {
            0 => buffer[at] = random.int(u8),
            1 => buffer[at] = alphabet[random.uintLessThan(usize, alphabet.len)],
            2 => {
                const count = @min(random.uintAtMost(usize, 8), end - at - 1);
                std.mem.copyForwards(u8, buffer[at .. end - count], buffer[at + count .. end]);
                end -= count;
            },
            else => {
                const count = @min(random.uintAtMost(usize, 8), buffer.len - end);
                std.mem.copyBackwards(u8, buffer[at + count .. end + count], buffer[at..end]);
                end += count;
            },
        }
    }
    return end;
}

test "mutated bodies never trap, and what is taken is JSON to the standard library too" {
    var state = seeded();
    errdefer tellSeed();
    const document = try testing.allocator.create(json.Document);
    defer testing.allocator.destroy(document);
    var request: request_form.Request = undefined;
    var buffer: [2 * sample.len]u8 = undefined;
    for (0..20_000) |_| {
        @memcpy(buffer[0..sample.len], sample);
        const body = buffer[0..mutate(state.random(), &buffer, sample.len)];
        _ = request_form.parse(&request, document, body);
        if (json.parse(document, body)) |_| {
            try testing.expect(try std.json.validate(testing.allocator, body));
        } else |_| {}
    }
}

test "limits of JSON hold at their edges" {
    const document = try testing.allocator.create(json.Document);
    defer testing.allocator.destroy(document);
    const Case = struct { []const u8, bool };
    const name_edge: [limits.json_name_bytes_max]u8 = @splat('n');
    const elements: [limits.json_entries_max - 1][2]u8 = @splat("0,".*);
    const almost_full = std.mem.asBytes(&elements);
    for ([_]Case{
        .{ "[[[[[[[[1]]]]]]]]", true },
        .{ "[[[[[[[[[]]]]]]]]]", false },
        .{ "[" ++ almost_full ++ "0]", true },
        .{ "[" ++ almost_full ++ "0,0]", false },
        .{ "{\"" ++ name_edge ++ "\":1}", true },
        .{ "{\"" ++ name_edge ++ "n\":1}", false },
    }) |case| {
        try testing.expectEqual(case[1], !std.meta.isError(json.parse(document, case[0])));
    }
    const full: [limits.body_bytes_max + 1]u8 = @splat(' ');
    var spaced = full;
    spaced[0] = '1';
    _ = try json.parse(document, spaced[0..limits.body_bytes_max]);
    try testing.expectError(error.Malformed, json.parse(document, &spaced));
    var request: request_form.Request = undefined;
    try testing.expectEqual(8, request_form.parse(&request, document, spaced[0..limits.body_bytes_max]));
    try testing.expectEqual(6, request_form.parse(&request, document, &spaced));
}

test "random pages with a good MAC never trap, and what is taken can be read to its end" {
    var state = seeded();
    errdefer tellSeed();
    const random = state.random();
    const page_keyed: Keyed = .init(@splat(3));
    var buffer: [4_096]u8 = undefined;
    var taken: usize = 0;
    for (0..20_000) |_| {
        const question = randomQuestion(random);
        const length = randomPage(random, &buffer, &question);
        sign(&buffer, length, &page_keyed);
        const page = page_form.parse(buffer[0 .. length + 32], &page_keyed, "e", &question) catch continue;
        taken += 1;
        var iterator: page_form.Iterator = .init(&page);
        for (0..page.record_count) |_| try testing.expect(try iterator.next() != null);
        try testing.expect(try iterator.next() == null);
    }
    try testing.expect(taken > 1_000);
}

fn randomQuestion(random: std.Random) page_form.Question {
    return .{
        .kind = if (random.boolean()) .snapshot else .changes,
        .generation = @splat(1),
        .bic = "VOPBDEFFXXX".*,
        .nonce = @splat(2),
        .from = 5,
        .after_key = page_form.first_key,
    };
}

/// A page that is right more often than not.
fn randomPage(random: std.Random, buffer: []u8, question: *const page_form.Question) usize {
    var writer: bytes.Writer = .{ .buffer = buffer[0 .. buffer.len - 32] };
    writePage(random, &writer, question) catch unreachable;
    if (random.uintLessThan(u8, 3) == 0) buffer[random.uintLessThan(usize, writer.at)] = random.int(u8);
    return writer.at;
}

fn writePage(random: std.Random, writer: *bytes.Writer, question: *const page_form.Question) !void {
    const count = random.uintLessThan(u32, 6);
    const snapshot = question.kind == .snapshot;
    const last = snapshot and random.boolean();
    const to: u64 = if (snapshot) 5 else 5 + @as(u64, count);
    try writer.put("VOPF\x01");
    try writer.int(u8, @backingInt(question.kind));
    try writer.int(u8, @intFromBool(last));
    try writer.int(u8, 0);
    try writer.put(&question.generation);
    try writer.put(&question.bic);
    try writer.put(&@as([5]u8, @splat(0)));
    try writer.put(&question.nonce);
    for ([_]u64{ 5, to, to + random.uintLessThan(u64, 2) }) |seq| try writer.int(u64, seq);
    try writer.put(&page_form.first_key);
    const last_key: [16]u8 = @splat(if (last) 0xff else 0xf0);
    try writer.put(if (snapshot) &last_key else &page_form.first_key);
    try writer.int(u32, count);
    const length_at = writer.at;
    try writer.int(u32, 0);
    for (0..count) |index| try writeRecord(random, writer, snapshot, index);
    std.mem.writeInt(u32, writer.buffer[length_at..][0..4], @intCast(writer.at - length_at - 4), .little);
}

fn writeRecord(random: std.Random, writer: *bytes.Writer, snapshot: bool, index: usize) !void {
    const delete = !snapshot and random.boolean();
    const sealed: [200]u8 = @splat(7);
    const key: [16]u8 = @splat(@intCast(10 * index + random.uintLessThan(usize, 9)));
    try writer.int(u32, if (delete) 2 else 1);
    try writer.put(&key);
    try writer.int(u64, random.int(u64));
    try writer.int(u32, random.int(u32));
    try writer.str(u16, if (delete) "" else sealed[0..random.intRangeAtMost(usize, 29, 200)]);
}

fn sign(buffer: []u8, length: usize, page_keyed: *const Keyed) void {
    buffer[length..][0..32].* = page_keyed.mac(&.{ "\x01e", buffer[0..length] });
}

test "random keys, states and buckets never trap" {
    var random_state = seeded();
    errdefer tellSeed();
    const random = random_state.random();
    var buffer: [512]u8 = undefined;
    for (0..20_000) |_| {
        const input = buffer[0..random.uintAtMost(usize, buffer.len)];
        random.bytes(input);
        if (input.len > 90 and random.boolean()) {
            input[0] = 1;
            input[81] = random.uintLessThan(u8, 3);
            input[82] = 0;
        }
        var keys: keys_form.Keys = undefined;
        keys.parse(input) catch {};
        var state: state_form.State = undefined;
        state.decode(input) catch {};
        _ = bucket_form.find(input, random.uintLessThan(u16, 3), @splat(0)) catch null;
    }
}

const Held = struct { revision: u64, sealed_length: usize };
const Model = std.AutoArrayHashMapUnmanaged(struct { u16, u8 }, Held);

fn keyOf(byte: u8) [16]u8 {
    return @splat(byte);
}

const sealed_bytes: [limits.sealed_bytes_max]u8 = @splat(0x5a);

test "a bucket agrees with a model: newer revisions only, deletions, ranges, and no record of another tenant" {
    var state = seeded();
    errdefer tellSeed();
    const random = state.random();
    var model: Model = .empty;
    defer model.deinit(testing.allocator);
    const first = try testing.allocator.create([limits.bucket_bytes_max]u8);
    defer testing.allocator.destroy(first);
    const second = try testing.allocator.create([limits.bucket_bytes_max]u8);
    defer testing.allocator.destroy(second);
    var old: []const u8 = "";
    for (0..4_000) |step| {
        const target = if (step % 2 == 0) first else second;
        const tenant = random.uintLessThan(u16, 2);
        var changes: [8]bucket_form.Change = undefined;
        const count = randomChanges(random, &changes, tenant);
        const range = randomRange(random);
        const outcome = try bucket_form.rewrite(target, old, tenant, changes[0..count], range);
        try testing.expectEqual(0, outcome.refused);
        const before = model.count();
        try applyToModel(&model, tenant, changes[0..count], range);
        try expectModel(&model, outcome.bucket);
        try testing.expectEqual(@as(i64, @intCast(model.count())) - @as(i64, @intCast(before)), outcome.records_delta);
        try testing.expectEqual(!std.mem.eql(u8, old, outcome.bucket), outcome.changed);
        old = outcome.bucket;
    }
}

/// Changes with different keys.
fn randomChanges(random: std.Random, changes: *[8]bucket_form.Change, tenant: u16) usize {
    const count = random.uintAtMost(usize, 4);
    const base = random.uintLessThan(u8, 20);
    for (changes[0..count], 0..) |*change, index| {
        const delete = random.uintLessThan(u8, 4) == 0;
        const length = random.intRangeAtMost(usize, limits.seal_overhead + 1, 80);
        change.* = .{ .delete = delete, .record = .{
            .lookup_key = keyOf(base + 3 * @as(u8, @intCast(index))),
            .revision = random.uintLessThan(u64, 50),
            .epoch = 1,
            .tenant = tenant,
            .sealed = if (delete) "" else sealed_bytes[0..length],
        } };
    }
    return count;
}

fn randomRange(random: std.Random) ?bucket_form.Range {
    if (random.uintLessThan(u8, 3) != 0) return null;
    const after = random.uintLessThan(u8, 20);
    return .{
        .after = keyOf(after),
        .last = keyOf(after + random.uintLessThan(u8, 12)),
        .from_start = after == 0,
    };
}

fn applyToModel(model: *Model, tenant: u16, changes: []const bucket_form.Change, range: ?bucket_form.Range) !void {
    if (range) |replaced| {
        for (0..40) |byte| {
            const named = for (changes) |*change| {
                if (change.record.lookup_key[0] == byte) break true;
            } else false;
            if (!named and replaced.contains(keyOf(@intCast(byte)))) _ = model.swapRemove(.{ tenant, @intCast(byte) });
        }
    }
    for (changes) |*change| {
        const key = .{ tenant, change.record.lookup_key[0] };
        const held = model.get(key);
        if (held != null and held.?.revision >= change.record.revision) continue;
        _ = model.swapRemove(key);
        if (change.delete) continue;
        try model.put(testing.allocator, key, .{
            .revision = change.record.revision,
            .sealed_length = change.record.sealed.len,
        });
    }
}

fn expectModel(model: *const Model, bucket: []const u8) !void {
    var iterator: bucket_form.Iterator = .init(bucket);
    var count: usize = 0;
    while (try iterator.next()) |record| : (count += 1) {
        const held = model.get(.{ record.tenant, record.lookup_key[0] }) orelse return error.NotInModel;
        try testing.expectEqual(held.revision, record.revision);
        try testing.expectEqual(held.sealed_length, record.sealed.len);
    }
    try testing.expectEqual(model.count(), count);
}

test "a bucket takes records up to its last byte, and refuses the next one" {
    const buffer = try testing.allocator.create([limits.bucket_bytes_max]u8);
    defer testing.allocator.destroy(buffer);
    const copy = try testing.allocator.create([limits.bucket_bytes_max]u8);
    defer testing.allocator.destroy(copy);
    const record_bytes = bucket_form.Record.head_bytes + limits.sealed_bytes_max;
    const count = limits.bucket_bytes_max / record_bytes;
    const rest = limits.bucket_bytes_max - count * record_bytes - bucket_form.Record.head_bytes;
    var changes: [count + 1]bucket_form.Change = undefined;
    for (&changes, 0..) |*change, index| {
        const length: usize = if (index < count) limits.sealed_bytes_max else rest;
        change.* = .{ .delete = false, .record = .{
            .lookup_key = keyOf(@intCast(index)),
            .revision = 1,
            .epoch = 1,
            .tenant = 0,
            .sealed = sealed_bytes[0..length],
        } };
    }
    const full = try bucket_form.rewrite(buffer, "", 0, &changes, null);
    try testing.expectEqual(0, full.refused);
    try testing.expectEqual(limits.bucket_bytes_max, full.bucket.len);
    changes[0].record.lookup_key = keyOf(0xee);
    const refused = try bucket_form.rewrite(copy, full.bucket, 0, changes[0..1], null);
    try testing.expectEqual(1, refused.refused);
    try testing.expectEqualSlices(u8, full.bucket, refused.bucket);
}
