//! Identifications: equal, different, or of a scheme the bank does not hold. Same as
//! matcher/identification.py.

const std = @import("std");
const model = @import("model.zig");
const record = @import("record.zig");
const Identification = record.Identification;

const equal_score = 1000;
const bic8_bytes = 8;
const bic_padding = "XXX";
/// The longest value in UTF-8, and a BIC's padding.
const value_bytes_max = 256 * 4 + bic_padding.len;

pub const Scratch = struct { a: [value_bytes_max]u8, b: [value_bytes_max]u8 };

/// Decides over all identifications typed: any that differs, then any whose scheme is not held, decides.
pub fn decide(
    typed: []const Identification,
    account: *const record.Account,
    scratch: *Scratch,
) model.Decision {
    var not_held = typed.len == 0;
    for (typed) |one| {
        switch (compare(one, account.identifications(), scratch)) {
            .equal => {},
            .different => return .{ .outcome = .nmtc, .reasons = .of(.identification_differs) },
            .not_held => not_held = true,
        }
    }
    if (not_held) return .{ .outcome = .noap, .reasons = .of(.identification_not_held) };
    return .{ .outcome = .mtch, .score = equal_score, .reasons = .of(.identification_equal) };
}

const Comparison = enum { equal, different, not_held };

fn compare(typed: Identification, held: []const Identification, scratch: *Scratch) Comparison {
    var result: Comparison = .not_held;
    for (held) |one| {
        if (!sameScheme(typed, one)) continue;
        if (sameValue(typed, one, scratch)) return .equal;
        result = .different;
    }
    return result;
}

/// Compares kind and scheme; issuers only count where both sides name one.
fn sameScheme(typed: Identification, held: Identification) bool {
    if (typed.kind != held.kind or !sameFolded(typed.scheme, held.scheme)) return false;
    return typed.issuer.len == 0 or held.issuer.len == 0 or sameFolded(typed.issuer, held.issuer);
}

fn sameValue(typed: Identification, held: Identification, scratch: *Scratch) bool {
    const a = normalised(typed, &scratch.a) orelse return false;
    const b = normalised(held, &scratch.b) orelse return false;
    return a.len != 0 and std.mem.eql(u8, a, b);
}

/// The value as its scheme compares it; null if it is longer than any that is held.
fn normalised(identification: Identification, buffer: *[value_bytes_max]u8) ?[]const u8 {
    const separators = switch (identification.kind) {
        .bic, .proprietary => " ",
        .lei, .coded => " .-/",
    };
    if (identification.value.len > value_bytes_max - bic_padding.len) return null;
    var length: usize = 0;
    for (identification.value) |letter| {
        if (std.mem.findScalar(u8, separators, letter) != null) continue;
        buffer[length] = std.ascii.toUpper(letter);
        length += 1;
    }
    if (identification.kind == .bic and length == bic8_bytes) {
        @memcpy(buffer[length..][0..bic_padding.len], bic_padding);
        length += bic_padding.len;
    }
    return buffer[0..length];
}

/// Whether two texts are equal without spaces and ASCII case.
fn sameFolded(a: []const u8, b: []const u8) bool {
    var at: usize = 0;
    for (a) |letter| {
        if (letter == ' ') continue;
        while (at < b.len and b[at] == ' ') at += 1;
        if (at == b.len or std.ascii.toUpper(b[at]) != std.ascii.toUpper(letter)) return false;
        at += 1;
    }
    while (at < b.len and b[at] == ' ') at += 1;
    return at == b.len;
}
