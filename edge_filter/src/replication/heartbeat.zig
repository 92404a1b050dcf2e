//! The heartbeat's body (docs/formats.md section 4.3).

const std = @import("std");
const bytes = @import("../bytes.zig");
const counters = @import("counters.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");
const state_form = @import("../directory/state.zig");
const Stream = @import("stream.zig").Stream;

/// 256 VMs of at most 48 bytes, 16 streams of at most 256, and the rest.
const body_bytes_max = 20_480;
var buffer: [body_bytes_max]u8 = undefined;

/// What the heartbeat says besides the counters.
pub const Facts = struct {
    boot: *const [16]u8,
    generation: *const [16]u8,
    complete: bool,
    buckets: u64,
    directory_bytes: u64,
    streams: []const Stream,
    now_ns: u64,
    started_ns: u64,
};

/// The body as JSON, good until the next one.
pub fn body(facts: *const Facts) bytes.Writer.Error![]const u8 {
    var writer: bytes.Writer = .{ .buffer = &buffer };
    try writer.put("{\"boot\":\"");
    try writer.hex(facts.boot);
    try writer.put("\",\"layout\":1,\"complete\":");
    try writer.put(if (facts.complete) "true" else "false");
    try writer.put(",\"generation\":\"");
    try writer.hex(facts.generation);
    try writer.put("\"");
    try member(&writer, "records", counters.records);
    try member(&writer, "buckets", facts.buckets);
    try member(&writer, "fullest_bucket", counters.fullest_bucket);
    try member(&writer, "bytes", counters.bytes);
    try member(&writer, "directory_bytes", facts.directory_bytes);
    try member(&writer, "pages", counters.pages);
    try member(&writer, "refused_pages", counters.refused_pages);
    try member(&writer, "refused_records", counters.refused_records);
    try member(&writer, "stale_records", counters.stale_records);
    try member(&writer, "errors", counters.errors);
    try writer.put(",\"streams\":[");
    for (facts.streams, 0..) |*stream, index| {
        if (index > 0) try writer.put(",");
        try writeStream(&writer, stream, facts);
    }
    try writer.put("],\"vms\":[");
    try writeVms(&writer);
    try writer.put("]}");
    return writer.written();
}

fn member(writer: *bytes.Writer, comptime name: []const u8, value: u64) bytes.Writer.Error!void {
    try writer.put(",\"" ++ name ++ "\":");
    try writer.decimal(value);
}

fn writeStream(writer: *bytes.Writer, stream: *const Stream, facts: *const Facts) bytes.Writer.Error!void {
    try writer.put("{\"bic\":\"");
    try writer.put(&stream.bic);
    try writer.put("\"");
    try member(writer, "seq", stream.seq);
    try member(writer, "head", stream.head);
    try writer.put(",\"complete\":");
    try writer.put(if (stream.complete) "true" else "false");
    try writer.put(",\"full\":");
    try writer.put(if (stream.full) "true" else "false");
    try member(writer, "age_ms", ageMs(stream, facts));
    try member(writer, "records", stream.records);
    try member(writer, "epoch_min", stream.epoch_min);
    try writer.put("}");
}

/// Since the head was last proved; since the start if it never was.
pub fn ageMs(stream: *const Stream, facts: *const Facts) u64 {
    const since = if (stream.proven_ns == 0) facts.started_ns else stream.proven_ns;
    return (facts.now_ns -| since) / std.time.ns_per_ms;
}

/// The highest decision number of each of the newest VMs.
fn writeVms(writer: *bytes.Writer) bytes.Writer.Error!void {
    const last = lastVm() catch return orelse return;
    var first = true;
    for (0..@min(last, limits.vm_slots)) |back| {
        const level = host.mark();
        defer host.release(level);
        const vm = last - @as(u32, @intCast(back));
        const shared = host.sharedData(&state_form.vmSlotName(vm)) catch null orelse continue;
        if (shared.value.len != 12) continue;
        if (!first) try writer.put(",");
        first = false;
        try writer.put("{\"vm\":");
        try writer.decimal(std.mem.readInt(u32, shared.value[0..4], .little));
        try member(writer, "n", std.mem.readInt(u64, shared.value[4..12], .little));
        try writer.put("}");
    }
}

fn lastVm() host.Error!?u32 {
    const shared = try host.sharedData(state_form.vm_name) orelse return null;
    if (shared.value.len != 4) return null;
    return std.mem.readInt(u32, shared.value[0..4], .little);
}
