//! One verification: from a request that was understood to what the edge may say about it.

const std = @import("std");
const bucket_form = @import("../directory/bucket.zig");
const decision = @import("../audit/decision.zig");
const host = @import("../host.zig");
const limits = @import("../limits.zig");
const lookup = @import("../directory/lookup.zig");
const matching = @import("matching.zig");
const seal = @import("../directory/seal.zig");
const view = @import("view.zig");
const Request = @import("../request/request.zig").Request;
const Root = @import("roots.zig").Root;

/// What the edge makes of a request. Hand-over wherever it can't be sure; never a guess.
pub const Conclusion = union(enum) {
    decision: matching.Decision,
    not_possible: decision.NotPossible,
    hand_over: decision.HandOver,
};

/// A conclusion, and what it rests on.
pub const Finding = struct {
    conclusion: Conclusion,
    epoch: u32 = 0,
    revision: u64 = 0,
    /// When the tenant's stream was last proved, on the monotonic clock; 0 if the directory could not be asked.
    proven_ns: u64 = 0,
    directory_age_ms: u32 = 0,

    /// Takes a finding for what it is worth by now: on too old a proof nothing is decided.
    pub fn age(finding: *Finding, now_ns: u64, answer_until_ms: u64) void {
        if (finding.proven_ns == 0) return;
        const age_ms = view.ageMs(finding.proven_ns, now_ns);
        finding.directory_age_ms = std.math.lossyCast(u32, age_ms);
        if (age_ms > answer_until_ms) finding.conclusion = .{ .hand_over = .too_old };
    }

    fn handOver(cause: decision.HandOver) Finding {
        return .{ .conclusion = .{ .hand_over = cause } };
    }
};

/// The opened record of the request at hand; wiped before the next callback.
var plain: [limits.record_bytes_max]u8 = undefined;
var plain_length: usize = 0;

/// Forgets the opened record; what a finding points to is gone with it.
pub fn wipe() void {
    std.crypto.secureZero(u8, plain[0..plain_length]);
    plain_length = 0;
}

/// Decides, whatever the directory's age: see `Finding.age`. Texts of the finding are good until `wipe`.
pub fn verify(request: *const Request, root: *const Root) Finding {
    if (standing(request)) |cause| return .handOver(cause);
    const proven_ns = view.state.streamOf(request.party_bic).?.proven_ns;
    var finding = find(request, root);
    finding.proven_ns = proven_ns;
    return finding;
}

/// Why the directory, as it is known now, can't answer for the request's tenant; null if it can.
fn standing(request: *const Request) ?decision.HandOver {
    if (!view.state_known) return .not_complete;
    if (!view.keys_known) return .no_keys;
    if (!std.mem.eql(u8, &view.state.generation, &view.keys.generation)) return .not_complete;
    if (view.keys.tenantPosition(request.party_bic) == null) return .not_a_tenant;
    const stream = view.state.streamOf(request.party_bic) orelse return .not_complete;
    if (!stream.complete or stream.proven_ns == 0) return .not_complete;
    return null;
}

fn find(request: *const Request, root: *const Root) Finding {
    const tenant_position = view.keys.tenantPosition(request.party_bic).?;
    const lookup_key = lookup.lookupKey(&view.keys.index_keyed, request.party_bic, request.iban());
    const name = lookup.bucketName(lookup.bucketOf(lookup_key, view.state.buckets_log2));
    const shared = host.sharedData(&name) catch null orelse return .handOver(.not_complete);
    const found = bucket_form.find(shared.value, @intCast(tenant_position), lookup_key) catch
        return .handOver(.seal_does_not_open);
    const record = found orelse return missing(request);
    return open(request, root, tenant_position, &record);
}

/// No record: not possible, unless a resync has begun or ended since the view was taken, which empties buckets.
fn missing(request: *const Request) Finding {
    const same = view.refreshedSame();
    if (standing(request)) |cause| return .handOver(cause);
    if (!same) return .handOver(.not_complete);
    return .{ .conclusion = .{ .not_possible = .unknown_account } };
}

fn open(
    request: *const Request,
    root: *const Root,
    tenant_position: usize,
    record: *const bucket_form.Record,
) Finding {
    const tenant = &view.keys.tenants[tenant_position];
    var finding: Finding = .handOver(.seal_does_not_open);
    finding.epoch = record.epoch;
    finding.revision = record.revision;
    const seal_key = tenant.sealKey(record.epoch) orelse return finding;
    const opened = seal.open(&plain, record.sealed, lookup.recordKey(seal_key, request.iban()), .{
        .bic = tenant.bic,
        .lookup_key = record.lookup_key,
        .epoch = record.epoch,
        .revision = record.revision,
    }) orelse return finding;
    plain_length = opened.len;
    finding.conclusion = switch (matching.judge(request, opened, &root.policy)) {
        .decision => |made| .{ .decision = made },
        .closed => .{ .not_possible = .closed },
        .too_large => .{ .hand_over = .record_too_large },
        .malformed => .{ .hand_over = .seal_does_not_open },
    };
    return finding;
}
