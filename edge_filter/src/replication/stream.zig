//! One tenant's stream: snapshot first, then changes for ever, a page at a time.

const std = @import("std");
const Backoff = @import("backoff.zig").Backoff;
const bucket_form = @import("../directory/bucket.zig");
const bytes = @import("../bytes.zig");
const calls = @import("calls.zig");
const counters = @import("counters.zig");
const host = @import("../host.zig");
const keys_form = @import("../directory/keys.zig");
const limits = @import("../limits.zig");
const Keyed = @import("../directory/keyed.zig").Keyed;
const lookup = @import("../directory/lookup.zig");
const page_form = @import("../directory/page.zig");
const store = @import("store.zig");

/// Records of one bucket in one page; what is beyond can't fit the bucket.
const batch_max = limits.bucket_bytes_max / (bucket_form.Record.head_bytes + limits.seal_overhead);

/// What every stream needs to know of the whole.
pub const Setting = struct {
    cluster: []const u8,
    edge_id: []const u8,
    page_keyed: *const Keyed,
    buckets_log2: u5,
    generation: keys_form.Generation,
    /// Tells the filters how things stand, at once.
    tell: *const fn () void,
};

/// What a step asks of the whole.
pub const Wish = enum {
    none,
    /// This generation or cursor is not served any more, or a record needs a key that is not there.
    keys,
    /// Buckets are not what they must be.
    reset,
};

/// A page that is being applied, and how far that is.
const Work = struct {
    page: page_form.Page,
    iterator: page_form.Iterator,
    /// Snapshot: the next bucket of the range, and the first record not yet applied.
    bucket: u32,
    ahead: ?page_form.Record,
    sent_ns: u64,
};

pub const Stream = struct {
    tenant: u16,
    bic: keys_form.Bic,
    /// The highest epoch that the key package holds for this tenant.
    epoch_max: u32,
    /// The lowest one: what the edge can still open.
    epoch_min: u32,
    phase: page_form.Kind = .snapshot,
    /// Nothing is asked for until keys have come again.
    blocked: bool = false,
    complete: bool = false,
    /// A record was refused for lack of room, and no whole snapshot has been taken since.
    full: bool = false,
    /// The snapshot that a full stream takes lacks a record again.
    lacking: bool = false,
    as_of: ?u64 = null,
    after_key: lookup.LookupKey = page_form.first_key,
    seq: u64 = 0,
    head: u64 = 0,
    proven_ns: u64 = 0,
    records: u64 = 0,
    backoff: Backoff = .{},
    call: ?calls.Call = null,
    work: ?Work = null,

    /// Takes the snapshot again, not before `due_ns`: filters must have seen that the stream is not complete.
    pub fn restart(stream: *Stream, due_ns: u64) void {
        stream.phase = .snapshot;
        stream.blocked = false;
        stream.lacking = false;
        stream.as_of = null;
        stream.after_key = page_form.first_key;
        stream.backoff.due_ns = @max(stream.backoff.due_ns, due_ns);
    }

    /// Applies what is pending, as far as the budget goes, and asks for the next page.
    pub fn step(stream: *Stream, setting: *const Setting, now_ns: u64) Wish {
        if (stream.call) |*call| {
            if (!call.lost(now_ns)) return .none;
            stream.fail(now_ns);
        }
        if (stream.blocked) return .none;
        if (stream.work != null) {
            const wish = stream.applySome(setting, now_ns) catch return .reset;
            if (stream.work != null or wish != .none) return wish;
        }
        if (stream.backoff.due(now_ns)) {
            stream.poll(setting, now_ns) catch stream.fail(now_ns);
        }
        return .none;
    }

    /// A call came to nothing: counted, and tried again later.
    fn fail(stream: *Stream, now_ns: u64) void {
        counters.errors += 1;
        stream.call = null;
        stream.backoff.failed(now_ns);
    }

    fn poll(stream: *Stream, setting: *const Setting, now_ns: u64) (host.Error || bytes.Writer.Error)!void {
        var buffer: [256]u8 = undefined;
        var path: bytes.Writer = .{ .buffer = &buffer };
        try path.put("/edge/v1/feed/");
        try path.put(&stream.bic);
        try path.put("?generation=");
        try path.hex(&setting.generation);
        switch (stream.phase) {
            .snapshot => {
                try path.put("&mode=snapshot");
                if (stream.as_of) |as_of| {
                    try path.put("&as_of=");
                    try path.decimal(as_of);
                    try path.put("&after_key=");
                    try path.hex(&stream.after_key);
                }
            },
            .changes => {
                try path.put("&mode=changes&after=");
                try path.decimal(stream.seq);
                try path.put("&wait_ms=");
                // Waiting at the head is for who has proved to be there.
                try path.decimal(if (stream.complete) limits.poll_wait_ms else 0);
            },
        }
        stream.call = try calls.get(setting.cluster, path.written(), now_ns);
    }

    /// The reply to `stream.call`. `page_buffer` is this stream's own and keeps the page while it is applied.
    pub fn onReply(
        stream: *Stream,
        setting: *const Setting,
        page_buffer: *[limits.page_bytes_max]u8,
        header_count: u32,
        length: u32,
        now_ns: u64,
    ) Wish {
        const call = stream.call.?;
        stream.call = null;
        const reply = calls.reply(header_count);
        if (reply.status == 410 or reply.status == 404) {
            stream.block(now_ns);
            return .keys;
        }
        if (reply.status != 200) {
            stream.fail(now_ns);
            return .none;
        }
        const page = stream.readPage(setting, page_buffer, &reply, length, call.nonce) catch {
            counters.refused_pages += 1;
            stream.backoff.failed(now_ns);
            return .none;
        };
        counters.pages += 1;
        stream.backoff.succeeded();
        stream.begin(setting, page, call.sent_ns);
        // What checking the page took is not taken from the buckets' turn.
        store.beginTurn(host.now(.monotonic) catch now_ns);
        return stream.step(setting, now_ns);
    }

    fn block(stream: *Stream, now_ns: u64) void {
        stream.complete = false;
        stream.blocked = true;
        stream.backoff.failed(now_ns);
    }

    fn readPage(
        stream: *const Stream,
        setting: *const Setting,
        page_buffer: *[limits.page_bytes_max]u8,
        reply: *const calls.Reply,
        length: u32,
        nonce: [16]u8,
    ) (host.Error || page_form.Error)!page_form.Page {
        if (!std.mem.eql(u8, reply.content_type, "application/vnd.vop.feed-page")) return error.Refused;
        if (length > limits.page_bytes_max) return error.Refused;
        const source = try host.bufferInto(page_buffer, .call_response_body, length);
        try store.look();
        if (source.len != length) return error.Refused;
        return page_form.parse(source, setting.page_keyed, setting.edge_id, &.{
            .kind = stream.phase,
            .generation = setting.generation,
            .bic = stream.bic,
            .nonce = nonce,
            .from = if (stream.phase == .snapshot) stream.as_of else stream.seq,
            .after_key = if (stream.phase == .snapshot) stream.after_key else page_form.first_key,
        });
    }

    fn begin(stream: *Stream, setting: *const Setting, page: page_form.Page, sent_ns: u64) void {
        stream.head = page.head;
        if (stream.phase == .snapshot) stream.as_of = page.from;
        var iterator: page_form.Iterator = .init(&page);
        stream.work = .{
            .page = page,
            .bucket = lookup.bucketOf(page.after_key, setting.buckets_log2),
            .ahead = if (page.kind == .snapshot) iterator.next() catch unreachable else null,
            .iterator = iterator,
            .sent_ns = sent_ns,
        };
    }

    const ApplyError = host.Error || error{Malformed};
    const RoomError = ApplyError || error{NoRoom};

    fn applySome(stream: *Stream, setting: *const Setting, now_ns: u64) ApplyError!Wish {
        const work = &stream.work.?;
        const applied = switch (work.page.kind) {
            .snapshot => stream.applySnapshot(setting, work),
            .changes => stream.applyChanges(setting, work),
        };
        return applied catch |err| switch (err) {
            error.NoRoom => {
                stream.stop(setting, now_ns);
                return .none;
            },
            error.Host, error.Malformed => |other| other,
        };
    }

    /// There is no room for a record: said loudly, and nothing more is loaded; what is held stays. After a while the
    /// snapshot is taken again, for accounts may have gone: to its end then, since they may be among its last ones.
    fn stop(stream: *Stream, setting: *const Setting, now_ns: u64) void {
        host.log(.critical, "vop: the directory is full: loading stops, and it stays incomplete");
        stream.full = true;
        stream.complete = false;
        stream.work = null;
        stream.restart(now_ns + limits.full_retry_ms * std.time.ns_per_ms);
        setting.tell();
    }

    /// Bucket by bucket over the range of the page, those without a record in it too.
    fn applySnapshot(stream: *Stream, setting: *const Setting, work: *Work) RoomError!Wish {
        const last = lookup.bucketOf(work.page.last_key, setting.buckets_log2);
        var wish: Wish = .none;
        while (work.bucket <= last) : (work.bucket += 1) {
            if (store.turnIsOver()) return wish;
            if (try stream.applyBucket(setting, work) == .keys) wish = .keys;
        }
        stream.after_key = work.page.last_key;
        if (work.page.last) {
            if (stream.lacking) return error.NoRoom;
            stream.phase = .changes;
            stream.seq = work.page.to;
            stream.full = false;
        }
        stream.work = null;
        return wish;
    }

    fn applyBucket(stream: *Stream, setting: *const Setting, work: *Work) RoomError!Wish {
        const page = &work.page;
        var wish: Wish = .none;
        var count: usize = 0;
        while (work.ahead) |record| {
            if (lookup.bucketOf(record.lookup_key, setting.buckets_log2) != work.bucket) break;
            if (record.epoch > stream.epoch_max) wish = .keys;
            if (count < batch_max) {
                batch[count] = stream.change(&record);
                count += 1;
            } else try stream.lack(1);
            work.ahead = work.iterator.next() catch unreachable;
        }
        try stream.apply(work.bucket, batch[0..count], .{
            .after = page.after_key,
            .last = page.last_key,
            .from_start = std.mem.eql(u8, &page.after_key, &page_form.first_key),
        });
        return wish;
    }

    /// Record by record, in feed order.
    fn applyChanges(stream: *Stream, setting: *const Setting, work: *Work) RoomError!Wish {
        var wish: Wish = .none;
        while (!store.turnIsOver()) {
            const record = (work.iterator.next() catch unreachable) orelse {
                stream.seq = work.page.to;
                stream.prove(work);
                stream.work = null;
                return wish;
            };
            if (record.epoch > stream.epoch_max) wish = .keys;
            const bucket = lookup.bucketOf(record.lookup_key, setting.buckets_log2);
            try stream.apply(bucket, &.{stream.change(&record)}, null);
        }
        return wish;
    }

    /// Everything up to the head is applied: as of the poll's sending, nothing was missing.
    fn prove(stream: *Stream, work: *const Work) void {
        if (work.page.to != work.page.head) return;
        stream.proven_ns = work.sent_ns;
        stream.complete = true;
    }

    fn apply(
        stream: *Stream,
        bucket: u32,
        changes: []const bucket_form.Change,
        replaced: ?bucket_form.Range,
    ) RoomError!void {
        const outcome = try store.rewrite(bucket, stream.tenant, changes, replaced);
        if (outcome.refused > 0) try stream.lack(outcome.refused);
        try store.write(bucket, &outcome);
        stream.records = store.moved(stream.records, outcome.records_delta);
    }

    /// Records have no room: the end of loading, but for a stream that knows already.
    fn lack(stream: *Stream, count: u32) error{NoRoom}!void {
        counters.refused_records += count;
        if (!stream.full) return error.NoRoom;
        stream.lacking = true;
    }

    fn change(stream: *const Stream, record: *const page_form.Record) bucket_form.Change {
        return .{ .delete = record.delete, .record = .{
            .lookup_key = record.lookup_key,
            .revision = record.revision,
            .epoch = record.epoch,
            .tenant = stream.tenant,
            .sealed = record.sealed,
        } };
    }
};

/// One bucket's records at a time; streams take turns within a callback.
var batch: [batch_max]bucket_form.Change = undefined;
