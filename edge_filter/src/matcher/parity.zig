//! Decides over the byte form of docs/formats.md, section 10, for the tests that compare both engines.

const std = @import("std");
const explanation = @import("explain.zig");
const matcher = @import("matcher.zig");
const model = @import("model.zig");
const record = @import("record.zig");
const Policy = @import("policy.zig").Policy;

const name_bytes_max = record.name_characters_max * 4;
/// Where an explanation is written before it follows the decision; no input that decodes reaches so far.
const explanation_at = 81_920;

var scratch: matcher.Scratch = undefined;
var account: record.Account = undefined;
var identifications: [record.identifications_max]record.Identification = undefined;
var matched_name: [name_bytes_max]u8 = undefined;

/// Reads a request, a policy and a record from `input` and writes the decision to `output`, which may overlap
/// it;
/// returns the output's length, 0 if the input does not decode.
pub fn decide(input: []const u8, output: []u8) usize {
    return decideRepeatedly(input, 1, output);
}

/// The same, `count` times over from the bytes on, to be timed; writes the last decision.
pub fn decideRepeatedly(input: []const u8, count: u32, output: []u8) usize {
    std.debug.assert(count > 0);
    var knobs: Policy = undefined;
    for (1..count) |_| {
        const request = readInput(input, &knobs) catch return 0;
        std.mem.doNotOptimizeAway(matcher.decide(request, &account, &knobs, &scratch));
    }
    const request = readInput(input, &knobs) catch return 0;
    return write(matcher.decide(request, &account, &knobs, &scratch), output);
}

/// The same, and behind the decision why it fell so.
pub fn explain(input: []const u8, output: []u8) usize {
    if (input.len > explanation_at) return 0;
    var knobs: Policy = undefined;
    const request = readInput(input, &knobs) catch return 0;
    std.debug.assert(output.len >= explanation_at + explanation.bytes_max);
    var writer: explanation.Writer = .{ .buffer = output[explanation_at..] };
    const decision = matcher.explain(request, &account, &knobs, &scratch, &writer);
    const length = write(decision, output);
    @memmove(output[length..][0..writer.at], writer.buffer[0..writer.at]);
    return length + writer.at;
}

/// Reads the input of both; the account is decoded into its place.
fn readInput(input: []const u8, knobs: *Policy) record.Error!matcher.Request {
    var reader: record.Reader = .{ .bytes = input };
    const kind = try reader.int(u8);
    const typed = try reader.take(try reader.int(u16));
    knobs.* = Policy.decode(try reader.take(try reader.int(u16))) orelse return error.Malformed;
    try account.decode(input[reader.at..]);
    return switch (kind) {
        1 => if (record.characters(typed) == null) error.Malformed else .{ .name = typed },
        2 => .{ .identifications = try readIdentifications(typed) },
        else => error.Malformed,
    };
}

fn readIdentifications(typed: []const u8) record.Error![]const record.Identification {
    var reader: record.Reader = .{ .bytes = typed };
    const count = try reader.int(u8);
    if (count > identifications.len) return error.Malformed;
    for (identifications[0..count]) |*one| {
        one.* = .{
            .kind = std.enums.fromInt(record.IdentificationKind, try reader.int(u8)) orelse
                return error.Malformed,
            .scheme = try reader.take(try reader.int(u8)),
            .issuer = try reader.take(try reader.int(u8)),
            .value = try reader.take(try reader.int(u16)),
        };
    }
    if (reader.at != typed.len) return error.Malformed;
    return identifications[0..count];
}

fn write(decision: model.Decision, output: []u8) usize {
    const name = matched_name[0..decision.matched_name.len];
    @memcpy(name, decision.matched_name);
    var buffer: [64]u8 = undefined;
    const reasons = decision.reasons.list(&buffer);
    const length = 8 + reasons.len + name.len;
    std.debug.assert(output.len >= length);
    output[0] = @backingInt(decision.outcome);
    output[1] = decision.holder;
    output[2] = decision.name;
    std.mem.writeInt(u16, output[3..5], decision.score, .little);
    output[5] = @intCast(reasons.len);
    @memcpy(output[6..][0..reasons.len], reasons);
    std.mem.writeInt(u16, output[6 + reasons.len ..][0..2], @intCast(name.len), .little);
    @memcpy(output[8 + reasons.len ..][0..name.len], name);
    return length;
}
