//! The ways a request leaves the filter: answered, refused, handed to the fallback, or failed. There is no other.

const std = @import("std");
const bytes = @import("../bytes.zig");
const decision = @import("../audit/decision.zig");
const headers = @import("../request/headers.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");
const metrics = @import("metrics.zig");
const respond = @import("../request/respond.zig");
const timestamp = @import("../request/timestamp.zig");
const view = @import("view.zig");
const Kind = @import("../request/request.zig").Kind;
const Root = @import("roots.zig").Root;
const Stream = @import("streams.zig").Stream;

/// What a callback tells Envoy.
pub const Action = enum(u32) { go_on = 0, pause = 1 };

var body_buffer: [respond.body_bytes_max]u8 = undefined;

/// Seals `record` and leaves it for the access log; false if that can't be done.
pub fn leaveRecord(root: *const Root, record: *const decision.Record) bool {
    const sealer = view.decisionSealer() orelse return false;
    const text = sealer.seal(record, root.configuration.edge_id.slice()) catch return false;
    host.setProperty("vop_decision", text) catch return false;
    return true;
}

/// Answers with status 200 or, for a refusal, 400. What can't be said to Envoy becomes a failure.
pub fn reply(stream: *Stream, record: *const decision.Record) Action {
    const body = switch (record.outcome) {
        .handed_over => unreachable,
        .refused => respond.refusal(&body_buffer, record.cause),
        else => respond.answer(&body_buffer, record.kind.?, record.outcome, record.matched_name),
    };
    const refused = record.outcome == .refused;
    if (refused) markAnswered() catch return fail(stream);
    const sent = send(stream.requestId(), if (refused) 400 else 200, body, record.wall_ms);
    sent catch return fail(stream);
    stream.phase = .done;
    metrics.countOutcome(record.outcome);
    return .pause;
}

/// Gives the request to the fallback with what is left of the requester's time.
pub fn handOver(stream: *Stream, kind: Kind, cause: decision.HandOver, age_ms: u64) Action {
    route(kind, age_ms) catch return fail(stream);
    stream.phase = .done;
    metrics.countOutcome(.handed_over);
    metrics.countHandOver(cause);
    return .go_on;
}

fn route(kind: Kind, age_ms: u64) host.Error!void {
    var digits: [20]u8 = undefined;
    var timeout: bytes.Writer = .{ .buffer = &digits };
    timeout.decimal(timeoutMs(age_ms)) catch unreachable;
    try host.replaceRequestHeader("x-vop-kind", if (kind == .name) "name" else "id");
    try host.replaceRequestHeader("x-envoy-upstream-rq-timeout-ms", timeout.written());
    try host.replaceRequestHeader("x-vop-route", "fallback");
    try host.clearRouteCache();
}

/// Milliseconds that the fallback may take for a request of that age.
fn timeoutMs(age_ms: u64) u64 {
    return @max(limits.answer_within_ms - limits.answer_margin_ms -| age_ms, limits.fallback_timeout_min_ms);
}

/// Answers with the scheme's 500: something that can't go wrong did.
pub fn fail(stream: *Stream) Action {
    stream.phase = .failed;
    return failWithout(stream.requestId());
}

/// The same where nothing is known of the stream.
pub fn failWithout(request_id: []const u8) Action {
    metrics.countFailure();
    markAnswered() catch {};
    const wall_ms = (host.now(.wall) catch 0) / std.time.ns_per_ms;
    // A host that takes no reply keeps the stream paused until Envoy's own timeout answers: never let by.
    send(request_id, 500, respond.internal_error, wall_ms) catch {};
    return .pause;
}

/// Keeps Envoy's `local_reply_config` from rewriting an error that is the filter's own.
fn markAnswered() host.Error!void {
    try host.replaceRequestHeader("x-vop-answered", "edge");
}

fn send(request_id: []const u8, status: u32, body: []const u8, wall_ms: u64) host.Error!void {
    var time_buffer: [timestamp.text_bytes_max]u8 = undefined;
    const all = [_]headers.Header{
        .{ .name = "content-type", .value = "application/json" },
        .{ .name = "x-response-timestamp", .value = timestamp.format(&time_buffer, wall_ms) },
        .{ .name = "x-request-id", .value = request_id },
    };
    var pairs_buffer: [512]u8 = undefined;
    const count: usize = if (request_id.len > 0) all.len else all.len - 1;
    const pairs = headers.serialise(&pairs_buffer, all[0..count]) catch unreachable;
    try host.sendLocalResponse(status, "vop_edge", body, pairs);
}
