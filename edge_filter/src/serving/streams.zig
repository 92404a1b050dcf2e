//! The streams that this VM is in the middle of: a fixed pool, found by context id.

const std = @import("std");
const limits = @import("../limits.zig");
const faults = @import("../request/faults.zig");

pub const Phase = enum {
    /// Headers have not come yet.
    begun,
    /// Headers are judged; the body is still to come.
    waiting,
    /// Answered or handed over: nothing more is to be done.
    done,
    /// Failed: nothing more is let by, even if Envoy took no answer.
    failed,
};

/// What is kept of a stream between its callbacks.
pub const Stream = struct {
    context: u32,
    /// The configuration it began with.
    root: u32,
    phase: Phase,
    fault: ?faults.Fault,
    began_ns: u64,
    requested_at_ms: i64,
    request_id_buffer: [limits.request_id_bytes_max]u8,
    request_id_length: usize,

    /// What is echoed; empty if nothing may be.
    pub fn requestId(stream: *const Stream) []const u8 {
        return stream.request_id_buffer[0..stream.request_id_length];
    }

    pub fn setRequestId(stream: *Stream, request_id: []const u8) void {
        @memcpy(stream.request_id_buffer[0..request_id.len], request_id);
        stream.request_id_length = request_id.len;
    }
};

/// Twice the pool, so that searches stay short.
const places = 2 * limits.streams_max;
const free_place = std.math.maxInt(u16);

/// Open addressing over a pool: no place is ever allocated, none is lost.
pub const Streams = struct {
    pool: [limits.streams_max]Stream,
    /// Pool positions that are free: the first `free_count`.
    free: [limits.streams_max]u16,
    free_count: usize,
    index: [places]u16,

    pub fn init(streams: *Streams) void {
        for (&streams.free, 0..) |*position, value| position.* = @intCast(value);
        streams.free_count = streams.free.len;
        @memset(&streams.index, free_place);
    }

    /// A new stream; null if the pool is used up. The context must not be there yet.
    pub fn add(streams: *Streams, context: u32, root: u32) ?*Stream {
        if (streams.free_count == 0) return null;
        var place = home(context);
        while (streams.index[place] != free_place) : (place = after(place)) {
            if (streams.pool[streams.index[place]].context == context) return null;
        }
        streams.free_count -= 1;
        const position = streams.free[streams.free_count];
        streams.index[place] = position;
        const stream = &streams.pool[position];
        stream.context = context;
        stream.root = root;
        stream.phase = .begun;
        stream.fault = null;
        stream.began_ns = 0;
        stream.requested_at_ms = 0;
        stream.request_id_length = 0;
        return stream;
    }

    pub fn find(streams: *Streams, context: u32) ?*Stream {
        const place = streams.placeOf(context) orelse return null;
        return &streams.pool[streams.index[place]];
    }

    /// Gives the stream's place back; unknown contexts are none of ours.
    pub fn remove(streams: *Streams, context: u32) void {
        var hole = streams.placeOf(context) orelse return;
        streams.free[streams.free_count] = streams.index[hole];
        streams.free_count += 1;
        // What was displaced by this stream moves up, so that a search may stop at the first free place.
        var place = after(hole);
        while (streams.index[place] != free_place) : (place = after(place)) {
            const wanted = home(streams.pool[streams.index[place]].context);
            const stays = if (hole <= place) hole < wanted and wanted <= place else hole < wanted or wanted <= place;
            if (stays) continue;
            streams.index[hole] = streams.index[place];
            hole = place;
        }
        streams.index[hole] = free_place;
    }

    fn placeOf(streams: *const Streams, context: u32) ?usize {
        var place = home(context);
        while (streams.index[place] != free_place) : (place = after(place)) {
            if (streams.pool[streams.index[place]].context == context) return place;
        }
        return null;
    }
};

fn home(context: u32) usize {
    return context % places;
}

fn after(place: usize) usize {
    return (place + 1) % places;
}

test "the pool agrees with a model under random use, up to its limit" {
    const seed = std.testing.random_seed;
    var random_state: std.Random.DefaultPrng = .init(seed);
    const random = random_state.random();
    errdefer std.debug.print("seed {d}\n", .{seed});
    const streams = try std.testing.allocator.create(Streams);
    defer std.testing.allocator.destroy(streams);
    streams.init();
    var model: std.AutoArrayHashMapUnmanaged(u32, u32) = .empty;
    defer model.deinit(std.testing.allocator);
    for (0..60_000) |step| {
        const context = random.uintLessThan(u32, 3 * limits.streams_max) * places / 2;
        if (random.uintLessThan(u32, 5) < @as(u32, if (step < 30_000) 3 else 1)) {
            const added = streams.add(context, context ^ 7);
            const expected = model.count() < limits.streams_max and !model.contains(context);
            try std.testing.expectEqual(expected, added != null);
            if (expected) try model.put(std.testing.allocator, context, context ^ 7);
        } else {
            streams.remove(context);
            _ = model.swapRemove(context);
        }
        const sample = random.uintLessThan(u32, 3 * limits.streams_max) * places / 2;
        const found = streams.find(sample);
        try std.testing.expectEqual(model.get(sample), if (found) |stream| stream.root else null);
        try std.testing.expectEqual(limits.streams_max - model.count(), streams.free_count);
    }
}

test "the pool takes exactly its limit" {
    const streams = try std.testing.allocator.create(Streams);
    defer std.testing.allocator.destroy(streams);
    streams.init();
    for (0..limits.streams_max) |context| try std.testing.expect(streams.add(@intCast(context), 1) != null);
    try std.testing.expect(streams.add(limits.streams_max, 1) == null);
    streams.remove(0);
    try std.testing.expect(streams.add(limits.streams_max, 1) != null);
    try std.testing.expect(streams.find(0) == null);
}
