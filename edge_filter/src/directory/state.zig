//! What the replicator tells the filters: `vop/1/state` (docs/formats.md section 5).

const std = @import("std");
const bytes = @import("../bytes.zig");
const keys = @import("keys.zig");
const limits = @import("../limits.zig");

pub const state_name = "vop/1/state";
pub const keys_name = "vop/1/keys";
pub const vm_name = "vop/1/vm";

/// The shared-data key of a VM's highest decision number.
pub fn vmSlotName(vm: u32) [vm_name.len + 2]u8 {
    return vm_name.* ++ .{ '/', @as(u8, @intCast(vm % limits.vm_slots)) };
}

pub const Stream = struct {
    bic: keys.Bic,
    complete: bool,
    seq: u64,
    /// Monotonic clock at the sending of the poll that last proved the head; 0 if none has.
    proven_ns: u64,
};

pub const State = struct {
    complete: bool,
    buckets_log2: u5,
    heartbeat: u64,
    boot: [16]u8,
    generation: keys.Generation,
    streams: [limits.tenants_max]Stream,
    stream_count: usize,

    /// The state's longest encoding.
    pub const bytes_max = 48 + limits.tenants_max * 32;

    pub fn encode(state: *const State, buffer: *[bytes_max]u8) []const u8 {
        var writer: bytes.Writer = .{ .buffer = buffer };
        state.write(&writer) catch unreachable;
        return writer.written();
    }

    fn write(state: *const State, writer: *bytes.Writer) bytes.Writer.Error!void {
        try writer.int(u8, 1);
        try writer.int(u8, @intFromBool(state.complete));
        try writer.int(u16, @intCast(state.stream_count));
        try writer.int(u32, state.buckets_log2);
        try writer.int(u64, state.heartbeat);
        try writer.put(&state.boot);
        try writer.put(&state.generation);
        for (state.streams[0..state.stream_count]) |*stream| {
            try writer.put(&stream.bic);
            try writer.int(u8, @intFromBool(stream.complete));
            try writer.int(u32, 0);
            try writer.int(u64, stream.seq);
            try writer.int(u64, stream.proven_ns);
        }
    }

    pub const Error = bytes.Reader.Error || error{Malformed};

    /// `state` is whole only if there is no error. An unknown layout is an error: its reader can't know what it means.
    pub fn decode(state: *State, encoded: []const u8) Error!void {
        var reader: bytes.Reader = .{ .bytes = encoded };
        if (try reader.int(u8) != 1) return error.Malformed;
        const flags = try reader.int(u8);
        if (flags > 1) return error.Malformed;
        state.complete = flags == 1;
        state.stream_count = try reader.int(u16);
        if (state.stream_count > limits.tenants_max) return error.Malformed;
        const buckets_log2 = try reader.int(u32);
        if (buckets_log2 < limits.buckets_log2_min or buckets_log2 > limits.buckets_log2_max) return error.Malformed;
        state.buckets_log2 = @intCast(buckets_log2);
        state.heartbeat = try reader.int(u64);
        state.boot = try reader.array(16);
        state.generation = try reader.array(16);
        for (state.streams[0..state.stream_count]) |*stream| {
            stream.bic = try reader.array(11);
            const stream_flags = try reader.int(u8);
            if (stream_flags > 1) return error.Malformed;
            stream.complete = stream_flags == 1;
            if (try reader.int(u32) != 0) return error.Malformed;
            stream.seq = try reader.int(u64);
            stream.proven_ns = try reader.int(u64);
        }
        if (!reader.ended()) return error.Malformed;
    }

    pub fn streamOf(state: *const State, bic: keys.Bic) ?*const Stream {
        for (state.streams[0..state.stream_count]) |*stream| {
            if (std.mem.eql(u8, &stream.bic, &bic)) return stream;
        }
        return null;
    }
};

test "a state reads back, and nothing shorter or longer is one" {
    var state: State = .{
        .complete = true,
        .buckets_log2 = 10,
        .heartbeat = 7,
        .boot = @splat(1),
        .generation = @splat(2),
        .streams = @splat(.{ .bic = "VOPBDEFFXXX".*, .complete = true, .seq = 3, .proven_ns = 4 }),
        .stream_count = limits.tenants_max,
    };
    var buffer: [State.bytes_max]u8 = undefined;
    const encoded = state.encode(&buffer);
    try std.testing.expectEqual(State.bytes_max, encoded.len);
    var decoded: State = undefined;
    try decoded.decode(encoded);
    try std.testing.expectEqual(state.streams, decoded.streams);
    for (0..encoded.len) |length| try std.testing.expectError(error.Short, decoded.decode(encoded[0..length]));
    buffer[0] = 2;
    try std.testing.expectError(error.Malformed, decoded.decode(encoded));
}
