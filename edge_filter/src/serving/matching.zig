//! The door to the matcher: a request and a plain record in, a verdict out.

const std = @import("std");
const request_form = @import("../request/request.zig");

pub const Policy = struct { length: usize };

/// What the matcher made of an active account.
pub const Verdict = struct {
    outcome: enum(u8) { match = 1, close_match = 2, no_match = 3, not_possible = 4 },
    matched_name: []const u8 = "",
    score: u16 = 0,
    reasons: []const u8 = "",
    holder: u8 = 255,
    name: u8 = 255,
};

pub const Judgement = union(enum) { verdict: Verdict, closed, too_large, malformed };

pub const tables_hash: [8]u8 = @splat(0);

/// Null if the policy isn't one.
pub fn decodePolicy(encoded: []const u8) ?Policy {
    return .{ .length = encoded.len };
}

/// Decodes the record and lets the matcher decide.
pub fn judge(request: *const request_form.Request, plain: []const u8, policy: *const Policy) Judgement {
    _ = policy;
    if (plain.len < 5) return .malformed;
    return switch (plain[1]) {
        1 => .{ .verdict = .{
            .outcome = if (std.mem.find(u8, plain, request.name) != null) .match else .no_match,
        } },
        2 => .closed,
        3 => .too_large,
        else => .malformed,
    };
}
