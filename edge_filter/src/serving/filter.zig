//! The filter's life in Envoy: what each callback does. A stream is judged by its headers, decided once its body is
//! whole (end of body, trailers, or no body at all), and left alone after that.

const std = @import("std");
const answer = @import("answer.zig");
const decision = @import("../audit/decision.zig");
const headers = @import("../request/headers.zig");
const host = @import("../host.zig");
const json = @import("../request/json.zig");
const limits = @import("../limits.zig");
const matching = @import("matching.zig");
const options = @import("options");
const metrics = @import("metrics.zig");
const request_form = @import("../request/request.zig");
const roots = @import("roots.zig");
const streams_pool = @import("streams.zig");
const typed_form = @import("../request/typed.zig");
const verify = @import("verify.zig");
const view = @import("view.zig");

const Action = answer.Action;
const Stream = streams_pool.Stream;

var streams: streams_pool.Streams = undefined;
/// One parsed body at a time: a decision is made within one callback.
pub var document: json.Document = undefined;
pub var request: request_form.Request = undefined;
var typed_buffer: [typed_form.bytes_max]u8 = undefined;
var reasons_buffer: [64]u8 = undefined;
var stale: bool = false;

/// The VM is fresh.
pub fn start() void {
    streams.init();
    matching.start();
}

/// Takes a configuration; false refuses it, and Envoy keeps the old one.
pub fn configure(context: u32, length: usize) bool {
    const source = host.bufferBytes(.configuration, length) catch "";
    const root = roots.configure(context, &document, source) catch |err| {
        host.log(.err, switch (err) {
            error.Malformed => "vop: the filter's configuration is malformed",
            error.Full => "vop: too many configurations of the filter are alive",
        });
        return false;
    };
    metrics.define() catch return false;
    host.setTickPeriod(limits.filter_tick_ms) catch return false;
    metrics.setVersion(root.configuration.version);
    view.refresh();
    return true;
}

/// Looks at shared data again, and leaves there how far this VM has counted.
pub fn tick(context: u32) void {
    view.refresh();
    view.reportNumber();
    const root = roots.find(context) orelse return;
    const now_ns = host.now(.monotonic) catch return;
    const age_ms = view.stalestMs(now_ns) orelse return;
    metrics.setDirectoryAge(age_ms);
    const stale_now = age_ms > root.configuration.warn_after_ms;
    if (stale_now and !stale) host.log(.warn, "vop: the directory is older than warn_after_ms");
    stale = stale_now;
}

pub fn begin(context: u32, root: u32) void {
    // Without a place the stream is unknown, and every later callback answers 500.
    _ = streams.add(context, root);
}

pub fn end(context: u32) void {
    streams.remove(context);
    roots.remove(context);
}

pub fn onHeaders(context: u32, ended: bool) Action {
    const stream = streams.find(context) orelse return answer.failWithout("");
    stream.began_ns = host.now(.monotonic) catch return answer.fail(stream);
    judgeHeaders(stream) catch return answer.fail(stream);
    stream.phase = .waiting;
    return if (ended) decide(stream, "") else .pause;
}

/// One look at all headers; those that only the filter may set are taken away.
fn judgeHeaders(stream: *Stream) (host.Error || error{Malformed})!void {
    var pairs: headers.Pairs = try .init(try host.headerPairs(.request));
    var seen: headers.Headers = .{};
    while (try pairs.next()) |header| {
        seen.take(header);
        if (options.trap_on_test_header and std.mem.eql(u8, header.name, "x-test-trap")) @trap();
        if (std.ascii.startsWithIgnoreCase(header.name, "x-vop-")) try host.removeRequestHeader(header.name);
    }
    const judgement = headers.judge(&seen);
    stream.fault = judgement.fault;
    stream.requested_at_ms = judgement.requested_at_ms;
    stream.setRequestId(judgement.request_id);
}

pub fn onBody(context: u32, length: usize, ended: bool) Action {
    const stream = streams.find(context) orelse return answer.failWithout("");
    switch (stream.phase) {
        .begun => return answer.fail(stream),
        .waiting => {},
        .done => return .go_on,
        .failed => return .pause,
    }
    if (!ended and length <= limits.body_bytes_max) return .pause;
    return decideBuffered(stream, length);
}

pub fn onTrailers(context: u32) Action {
    const stream = streams.find(context) orelse return answer.failWithout("");
    return switch (stream.phase) {
        .begun => answer.fail(stream),
        .waiting => decideBuffered(stream, limits.body_bytes_max + 1),
        .done => .go_on,
        .failed => .pause,
    };
}

fn decideBuffered(stream: *Stream, length: usize) Action {
    const wanted = @min(length, limits.body_bytes_max + 1);
    const body = if (wanted == 0) "" else host.bufferBytes(.request_body, wanted) catch return answer.fail(stream);
    return decide(stream, body);
}

/// The one place where a request's fate is settled. The clocks are read when it is: a record's time has all the work.
fn decide(stream: *Stream, body: []const u8) Action {
    std.debug.assert(stream.phase == .waiting);
    const root = roots.find(stream.root) orelse return answer.fail(stream);
    defer verify.wipe();
    const fault = stream.fault orelse request_form.parse(&request, &document, body);
    var finding: ?verify.Finding = if (fault == null) verify.verify(&request, root) else null;
    const now_ns = host.now(.monotonic) catch return answer.fail(stream);
    const wall_ns = host.now(.wall) catch return answer.fail(stream);
    var record: decision.Record = .{
        .outcome = .refused,
        .request_id = stream.requestId(),
        .time_us = std.math.lossyCast(u32, (now_ns -| stream.began_ns) / std.time.ns_per_us),
        .wall_ms = wall_ns / std.time.ns_per_ms,
        .tables_hash = matching.tables_hash,
        .configuration_version = root.configuration.version,
    };
    if (finding) |*found| {
        found.age(now_ns, root.configuration.answer_until_ms);
        return conclude(stream, root, &record, found);
    }
    record.cause = fault.?;
    if (!answer.leaveRecord(root, &record)) metrics.countUnrecorded();
    return answer.reply(stream, &record);
}

fn conclude(stream: *Stream, root: *const roots.Root, record: *decision.Record, finding: *const verify.Finding) Action {
    describe(record, finding);
    switch (finding.conclusion) {
        .decision => |*made| describeDecision(record, made),
        .not_possible => |cause| {
            record.outcome = .not_possible;
            record.cause = @backingInt(cause);
        },
        .hand_over => |cause| {
            record.outcome = .handed_over;
            record.cause = @backingInt(cause);
            if (cause == .seal_does_not_open) metrics.countSealFailure();
        },
    }
    const recorded = answer.leaveRecord(root, record);
    if (!recorded) metrics.countUnrecorded();
    if (recorded and record.outcome != .handed_over) return answer.reply(stream, record);
    // No answer without its record: the fallback audits what the edge can't.
    const cause: decision.HandOver = switch (finding.conclusion) {
        .hand_over => |cause| cause,
        else => .no_keys,
    };
    return answer.handOver(stream, request.kind, cause, ageMs(stream, record.wall_ms));
}

/// What a record says about a decision of the matcher.
fn describeDecision(record: *decision.Record, made: *const matching.Decision) void {
    record.outcome = switch (made.outcome) {
        .mtch => .match,
        .cmtc => .close_match,
        .nmtc => .no_match,
        .noap => .not_possible,
    };
    if (made.reasons.has(.identification_not_held)) {
        record.cause = @backingInt(decision.NotPossible.identification_not_held);
    }
    record.score = made.score;
    record.reasons = made.reasons.list(&reasons_buffer);
    record.holder = made.holder;
    record.name = made.name;
    record.matched_name = made.matched_name;
}

/// What a record says about any request that was understood.
fn describe(record: *decision.Record, finding: *const verify.Finding) void {
    record.kind = request.kind;
    record.epoch = finding.epoch;
    record.revision = finding.revision;
    record.directory_age_ms = finding.directory_age_ms;
    record.requesting_bic = &request.requesting_bic;
    record.party_bic = &request.party_bic;
    record.iban = request.iban();
    record.typed = typed_form.forRecord(&typed_buffer, &request);
}

/// A request's age by the peer's own clock, as far as that is believed.
fn ageMs(stream: *const Stream, wall_ms: u64) u64 {
    const now_ms: i64 = @intCast(@min(wall_ms, std.math.maxInt(i64)));
    return @intCast(std.math.clamp(now_ms -| stream.requested_at_ms, 0, limits.peer_age_max_ms));
}
