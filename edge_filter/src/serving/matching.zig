//! The door to the matcher: a request and a plain record in, a decision out.

const matcher = @import("../matcher/matcher.zig");
const request_form = @import("../request/request.zig");

pub const Decision = matcher.Decision;
pub const Policy = matcher.Policy;

/// What a plain record comes to.
pub const Judgement = union(enum) { decision: Decision, closed, too_large, malformed };

/// First bytes of the SHA-256 of the tables that decisions rest on.
pub var tables_hash: [8]u8 = undefined;

var account: matcher.record.Account = undefined;
var scratch: matcher.Scratch = undefined;

/// The VM is fresh.
pub fn start() void {
    tables_hash = matcher.tablesHash()[0..8].*;
}

/// Decodes the record and, if the account is active, lets the matcher decide. Texts stay in `plain`.
pub fn judge(request: *const request_form.Request, plain: []const u8, policy: *const Policy) Judgement {
    account.decode(plain) catch return .malformed;
    const typed: matcher.Request = switch (request.kind) {
        .name => .{ .name = request.name },
        .identification => .{ .identifications = request.identificationList() },
    };
    return switch (account.status) {
        .active => .{ .decision = matcher.decide(typed, &account, policy, &scratch) },
        .closed => .closed,
        .too_large => .too_large,
    };
}
