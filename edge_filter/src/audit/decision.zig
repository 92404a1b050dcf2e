//! The decision record: its plain form, and its seal for the audit key's holder (docs/formats.md section 7).

const std = @import("std");
const bytes = @import("../bytes.zig");
const limits = @import("../limits.zig");
const Kind = @import("../request/request.zig").Kind;
const Outcome = @import("../request/respond.zig").Outcome;

const ChaCha20Poly1305 = std.crypto.aead.chacha_poly.ChaCha20Poly1305;
const HkdfSha256 = std.crypto.kdf.hkdf.HkdfSha256;
const X25519 = std.crypto.dh.X25519;

/// Why there was no match to make: the `cause` of outcome NOAP.
pub const NotPossible = enum(u8) { unknown_account = 1, closed = 2, not_a_tenant = 3, identification_not_held = 4 };

/// Why the edge handed a request over: the `cause` of that outcome.
pub const HandOver = enum(u8) {
    not_complete = 1,
    too_old = 2,
    not_a_tenant = 3,
    record_too_large = 4,
    seal_does_not_open = 5,
    no_keys = 6,
};

/// Everything a decision record says. Texts are empty where nothing was understood.
pub const Record = struct {
    kind: ?Kind = null,
    outcome: Outcome,
    cause: u8 = 0,
    score: u16 = 0,
    reasons: []const u8 = "",
    holder: u8 = 255,
    name: u8 = 255,
    epoch: u32 = 0,
    revision: u64 = 0,
    directory_age_ms: u32 = 0,
    time_us: u32 = 0,
    wall_ms: u64 = 0,
    tables_hash: [8]u8 = @splat(0),
    configuration_version: [8]u8 = @splat(0),
    request_id: []const u8 = "",
    requesting_bic: []const u8 = "",
    party_bic: []const u8 = "",
    iban: []const u8 = "",
    typed: []const u8 = "",
    matched_name: []const u8 = "",

    pub fn write(record: *const Record, writer: *bytes.Writer) bytes.Writer.Error!void {
        try writer.int(u8, 1);
        try writer.int(u8, if (record.kind) |kind| @backingInt(kind) else 0);
        try writer.int(u8, @backingInt(record.outcome));
        try writer.int(u8, record.cause);
        try writer.int(u16, record.score);
        try writer.str(u8, record.reasons);
        try writer.int(u8, record.holder);
        try writer.int(u8, record.name);
        try writer.int(u32, record.epoch);
        try writer.int(u64, record.revision);
        try writer.int(u32, record.directory_age_ms);
        try writer.int(u32, record.time_us);
        try writer.int(u64, record.wall_ms);
        try writer.put(&record.tables_hash);
        try writer.put(&record.configuration_version);
        try writer.str(u8, record.request_id);
        try writer.str(u8, record.requesting_bic);
        try writer.str(u8, record.party_bic);
        try writer.str(u8, record.iban);
        try writer.str(u16, record.typed);
        try writer.str(u16, record.matched_name);
    }
};

const head_bytes = 1 + 16 + 4 + 8 + 32;
const sealed_bytes_max = head_bytes + limits.decision_bytes_max + 16;
/// The longest sealed decision in base64.
pub const text_bytes_max = std.base64.standard.Encoder.calcSize(sealed_bytes_max);

/// Seals the decisions of one VM. One ephemeral key serves them all; the number is the nonce, so it never repeats.
pub const Sealer = struct {
    boot: [16]u8,
    vm: u32,
    /// The last number given out.
    n: u64,
    ephemeral_public: [32]u8,
    audit_public: [32]u8,
    key: [32]u8,
    plain: [limits.decision_bytes_max]u8,
    sealed: [sealed_bytes_max]u8,
    text: [text_bytes_max]u8,

    /// Agrees on a key from 32 random bytes; numbers go on from `n`. An audit key of low order is refused.
    pub fn init(
        sealer: *Sealer,
        boot: [16]u8,
        vm: u32,
        audit_public: [32]u8,
        random: *[32]u8,
    ) error{AuditKeyRefused}!void {
        defer std.crypto.secureZero(u8, random);
        const shared = X25519.scalarmult(random.*, audit_public) catch return error.AuditKeyRefused;
        sealer.ephemeral_public = X25519.recoverPublicKey(random.*);
        sealer.boot = boot;
        sealer.vm = vm;
        sealer.audit_public = audit_public;
        const root = HkdfSha256.extract(&(sealer.ephemeral_public ++ audit_public), &shared);
        var info: [15 + 16 + 4]u8 = "vop/decision/v1".* ++ boot ++ .{ 0, 0, 0, 0 };
        std.mem.writeInt(u32, info[31..35], vm, .little);
        HkdfSha256.expand(&sealer.key, &info, root);
    }

    /// The sealed record in base64. The number is used up even if the record doesn't fit.
    pub fn seal(sealer: *Sealer, record: *const Record, edge_id: []const u8) bytes.Writer.Error![]const u8 {
        std.debug.assert(edge_id.len <= limits.edge_id_bytes_max);
        sealer.n += 1;
        var plain: bytes.Writer = .{ .buffer = &sealer.plain };
        defer std.crypto.secureZero(u8, plain.written());
        try record.write(&plain);
        var head: bytes.Writer = .{ .buffer = sealer.sealed[0..head_bytes] };
        try head.int(u8, 1);
        try head.put(&sealer.boot);
        try head.int(u32, sealer.vm);
        try head.int(u64, sealer.n);
        try head.put(&sealer.ephemeral_public);
        var associated: [head_bytes + limits.edge_id_bytes_max]u8 = undefined;
        @memcpy(associated[0..head_bytes], head.written());
        @memcpy(associated[head_bytes..][0..edge_id.len], edge_id);
        var nonce: [12]u8 = @splat(0);
        std.mem.writeInt(u64, nonce[4..12], sealer.n, .little);
        const length = plain.at;
        ChaCha20Poly1305.encrypt(
            sealer.sealed[head_bytes..][0..length],
            sealer.sealed[head_bytes + length ..][0..16],
            plain.written(),
            associated[0 .. head_bytes + edge_id.len],
            nonce,
            sealer.key,
        );
        return std.base64.standard.Encoder.encode(&sealer.text, sealer.sealed[0 .. head_bytes + length + 16]);
    }
};
