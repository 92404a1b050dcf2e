//! A feed page: checked whole before anything of it is used (docs/formats.md section 4.2).

const std = @import("std");
const bytes = @import("../bytes.zig");
const keys = @import("keys.zig");
const limits = @import("../limits.zig");
const Keyed = @import("keyed.zig").Keyed;
const LookupKey = @import("lookup.zig").LookupKey;

pub const Kind = enum(u8) { snapshot = 1, changes = 2 };

const head_bytes = 120;
const mac_bytes = 32;
pub const first_key: LookupKey = @splat(0);
pub const final_key: LookupKey = @splat(0xff);

/// What a poll asked for; a page that answers anything else is refused.
pub const Question = struct {
    kind: Kind,
    generation: keys.Generation,
    bic: keys.Bic,
    nonce: [16]u8,
    /// changes: the cursor. snapshot: `as_of`, or null on the first page, which fixes it.
    from: ?u64,
    /// snapshot: exclusive lower bound.
    after_key: LookupKey,
};

/// A page that was believed. `body` points into the bytes it was read from.
pub const Page = struct {
    kind: Kind,
    last: bool,
    from: u64,
    to: u64,
    head: u64,
    after_key: LookupKey,
    last_key: LookupKey,
    record_count: u32,
    body: []const u8,
};

/// One record of a page; `sealed` is empty for a deletion.
pub const Record = struct {
    delete: bool,
    lookup_key: LookupKey,
    revision: u64,
    epoch: u32,
    sealed: []const u8,
};

pub const Error = bytes.Reader.Error || error{Refused};

/// Checks length, MAC, question and every record; only then is there a page.
pub fn parse(source: []const u8, page_keyed: *const Keyed, edge_id: []const u8, question: *const Question) Error!Page {
    if (source.len < head_bytes + mac_bytes or source.len > limits.page_bytes_max) return error.Refused;
    const signed = source[0 .. source.len - mac_bytes];
    if (!macIsGood(signed, source[signed.len..][0..mac_bytes], page_keyed, edge_id)) return error.Refused;
    var reader: bytes.Reader = .{ .bytes = signed };
    if (!std.mem.eql(u8, try reader.take(5), "VOPF\x01")) return error.Refused;
    if (try reader.int(u8) != @backingInt(question.kind)) return error.Refused;
    const flags = try reader.int(u8);
    if (flags > 1 or try reader.int(u8) != 0) return error.Refused;
    if (!std.mem.eql(u8, try reader.take(16), &question.generation)) return error.Refused;
    if (!std.mem.eql(u8, try reader.take(11), &question.bic)) return error.Refused;
    if (!std.mem.allEqual(u8, try reader.take(5), 0)) return error.Refused;
    if (!std.mem.eql(u8, try reader.take(16), &question.nonce)) return error.Refused;
    const page: Page = .{
        .kind = question.kind,
        .last = flags == 1,
        .from = try reader.int(u64),
        .to = try reader.int(u64),
        .head = try reader.int(u64),
        .after_key = try reader.array(16),
        .last_key = try reader.array(16),
        .record_count = try reader.int(u32),
        .body = body: {
            const length = try reader.int(u32);
            if (length != signed.len - head_bytes) return error.Refused;
            break :body try reader.take(length);
        },
    };
    try answers(&page, question);
    try checkRecords(&page);
    return page;
}

fn macIsGood(signed: []const u8, mac: *const [mac_bytes]u8, page_keyed: *const Keyed, edge_id: []const u8) bool {
    std.debug.assert(edge_id.len <= limits.edge_id_bytes_max);
    const length: u8 = @intCast(edge_id.len);
    const computed = page_keyed.mac(&.{ &.{length}, edge_id, signed });
    return std.crypto.timing_safe.eql([mac_bytes]u8, computed, mac.*);
}

/// Whether the page's bounds are those that were asked for, and make sense together.
fn answers(page: *const Page, question: *const Question) error{Refused}!void {
    if (question.from) |from| {
        if (page.from != from) return error.Refused;
    }
    if (!std.mem.eql(u8, &page.after_key, &question.after_key)) return error.Refused;
    if (page.head < page.to) return error.Refused;
    switch (page.kind) {
        .snapshot => {
            if (page.to != page.from) return error.Refused;
            if (page.last != std.mem.eql(u8, &page.last_key, &final_key)) return error.Refused;
            // An empty page that doesn't end the snapshot would be asked for again and again.
            if (!page.last and std.mem.order(u8, &page.after_key, &page.last_key) != .lt) return error.Refused;
        },
        .changes => {
            if (page.last) return error.Refused;
            if ((page.record_count == 0) != (page.to == page.from)) return error.Refused;
            if (page.to < page.from) return error.Refused;
            if (!std.mem.eql(u8, &page.last_key, &first_key)) return error.Refused;
        },
    }
}

fn checkRecords(page: *const Page) Error!void {
    var iterator: Iterator = .init(page);
    var previous: ?LookupKey = null;
    for (0..page.record_count) |_| {
        const record = (try iterator.next()) orelse return error.Refused;
        if (page.kind == .changes) continue;
        if (record.delete) return error.Refused;
        if (std.mem.order(u8, &record.lookup_key, &page.last_key) == .gt) return error.Refused;
        const bound: LookupKey = previous orelse page.after_key;
        const first = previous == null and std.mem.eql(u8, &bound, &first_key);
        if (!first and std.mem.order(u8, &record.lookup_key, &bound) != .gt) return error.Refused;
        previous = record.lookup_key;
    }
    if (try iterator.next() != null) return error.Refused;
}

/// Reads a page's records in turn.
pub const Iterator = struct {
    reader: bytes.Reader,

    pub fn init(page: *const Page) Iterator {
        return .{ .reader = .{ .bytes = page.body } };
    }

    pub fn next(iterator: *Iterator) Error!?Record {
        const reader = &iterator.reader;
        if (reader.ended()) return null;
        const op = try reader.int(u8);
        if (op != 1 and op != 2) return error.Refused;
        if (!std.mem.allEqual(u8, try reader.take(3), 0)) return error.Refused;
        const record: Record = .{
            .delete = op == 2,
            .lookup_key = try reader.array(16),
            .revision = try reader.int(u64),
            .epoch = try reader.int(u32),
            .sealed = try reader.str(u16),
        };
        if (record.delete and record.sealed.len != 0) return error.Refused;
        if (!record.delete and record.sealed.len <= limits.seal_overhead) return error.Refused;
        if (record.sealed.len > limits.sealed_bytes_max) return error.Refused;
        return record;
    }
};
