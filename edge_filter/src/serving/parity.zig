//! The exports of docs/formats.md section 10: the very parser and matcher that serve, called by tests.

const bytes = @import("../bytes.zig");
const filter = @import("filter.zig");
const headers = @import("../request/headers.zig");
const matcher = @import("../matcher/matcher.zig");
const request_form = @import("../request/request.zig");
const typed_form = @import("../request/typed.zig");

const buffer_bytes = 131_072;
var buffer: [buffer_bytes]u8 = undefined;
var typed_buffer: [typed_form.bytes_max]u8 = undefined;

export fn parity_buffer() usize {
    return @intFromPtr(&buffer);
}

export fn parity_decide(input_length: u32) u32 {
    return @intCast(matcher.parity.decide(buffer[0..input_length], &buffer));
}

export fn parity_decide_repeatedly(input_length: u32, count: u32) u32 {
    return @intCast(matcher.parity.decideRepeatedly(buffer[0..input_length], count, &buffer));
}

export fn parity_explain(input_length: u32) u32 {
    return @intCast(matcher.parity.explain(buffer[0..input_length], &buffer));
}

export fn parity_parse(input_length: u32) u32 {
    var writer: bytes.Writer = .{ .buffer = &buffer };
    parse(buffer[0..input_length], &writer) catch return 0;
    return writer.at;
}

/// The request's texts lie in the document, so the output may overwrite the input.
fn parse(input: []const u8, writer: *bytes.Writer) (bytes.Reader.Error || bytes.Writer.Error)!void {
    var reader: bytes.Reader = .{ .bytes = input };
    var seen: headers.Headers = .{};
    for (0..try reader.int(u8)) |_| {
        const name = try reader.str(u8);
        seen.take(.{ .name = name, .value = try reader.str(u16) });
    }
    const judgement = headers.judge(&seen);
    const body = try reader.str(u16);
    if (judgement.fault orelse request_form.parse(&filter.request, &filter.document, body)) |fault| {
        return writer.int(u8, fault);
    }
    var request_id: [36]u8 = undefined;
    @memcpy(&request_id, judgement.request_id);
    const request = &filter.request;
    try writer.int(u8, 255);
    try writer.int(u8, @backingInt(request.kind));
    try writer.str(u8, &request_id);
    try writer.str(u8, &request.requesting_bic);
    try writer.str(u8, &request.party_bic);
    try writer.str(u8, request.iban());
    try writer.str(u16, typed_form.forParity(&typed_buffer, request));
}
