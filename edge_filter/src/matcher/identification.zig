//! Identifications: equal, different, or of a scheme the bank does not hold. Same as
//! matcher/identification.py, which names the sources.

const std = @import("std");
const model = @import("model.zig");
const record = @import("record.zig");
const Identification = record.Identification;

const equal_score = 1000;
const space = " ";
const separators = " .-/";
const name_separators = " .-/_";
const bic8_bytes = 8;
const bic_padding = "XXX";
const siren_digits = 9;
const siret_digits = 14;
const country_bytes = 2;
/// The longest value that a record holds, in UTF-8, and a BIC's padding.
const value_bytes_max = 256 * 4 + bic_padding.len;
/// A longer text is no scheme known by name.
const scheme_bytes_max = 8;
/// A longer text is no country.
const issuer_bytes_max = country_bytes;

/// Schemes that say what is the same; all but the tax numbers are unique whoever names them.
const Scheme = enum { lei, bic, tax, french, euid, duns, gs1g, other };

const schemes: std.StaticStringMap(Scheme) = .initComptime(.{
    .{ "LEI", .lei },      .{ "BIC", .bic },      .{ "TXID", .tax },    .{ "VAT", .tax },
    .{ "VATID", .tax },    .{ "VATIN", .tax },    .{ "SREN", .french }, .{ "SRET", .french },
    .{ "SIREN", .french }, .{ "SIRET", .french }, .{ "EUID", .euid },   .{ "DUNS", .duns },
    .{ "GS1G", .gs1g },
});

/// Prefixes of VAT numbers, of the EEA, the United Kingdom and Switzerland; Greece is EL there, and GR in ISO 3166.
const countries = [_]*const [country_bytes]u8{
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
};
const greece_iso = "GR";
const greece_vat = "EL";

pub const Scratch = struct { typed: [value_bytes_max]u8, held: [value_bytes_max]u8 };

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
    const reading = Reading.of(typed, &scratch.typed);
    var result: Comparison = .not_held;
    // A SIRET on file decides over a SIRET typed, even where the SIREN is on file too.
    var exact = false;
    for (held) |one| {
        const other = Reading.of(one, &scratch.held);
        if (!reading.sameScheme(&other)) continue;
        if (reading.scheme == .french) {
            const same_length = reading.value.len == other.value.len;
            if (exact and !same_length) continue;
            if (same_length and !exact) {
                exact = true;
                result = .different;
            }
        }
        if (result == .not_held) result = .different;
        if (reading.sameValue(&other)) result = .equal;
    }
    return result;
}

/// An identification, normalised by its scheme.
const Reading = struct {
    scheme: Scheme,
    /// Of a scheme that is not known by name.
    kind: record.IdentificationKind,
    name: []const u8,
    /// Empty where it does not count.
    issuer: []const u8 = "",
    /// Of a tax number, if it is known.
    country: []const u8 = "",
    value: []const u8 = "",
    /// An EUID's check digit, if it has one.
    check: []const u8 = "",

    fn of(identification: Identification, buffer: *[value_bytes_max]u8) Reading {
        var reading: Reading = .{
            .scheme = schemeOf(identification),
            .kind = identification.kind,
            .name = identification.scheme,
        };
        const dropped = switch (reading.scheme) {
            .bic => space,
            .other => if (identification.kind == .coded) separators else space,
            else => separators,
        };
        // Longer than any that is held: it stays empty, which equals nothing.
        const value = folded(identification.value, dropped, buffer) orelse return reading;
        reading.value = value;
        switch (reading.scheme) {
            .bic => if (value.len == bic8_bytes) {
                buffer[value.len..][0..bic_padding.len].* = bic_padding.*;
                reading.value = buffer[0 .. value.len + bic_padding.len];
            },
            .tax => reading.splitTax(identification.issuer),
            .euid => if (std.mem.findScalar(u8, value, '_')) |at| {
                reading.value = value[0..at];
                reading.check = value[at + 1 ..];
            },
            .other => reading.issuer = identification.issuer,
            .lei, .french, .duns, .gs1g => {},
        }
        return reading;
    }

    /// Splits a tax number from its country, which its first letters say, or else the issuer.
    fn splitTax(reading: *Reading, issuer: []const u8) void {
        std.debug.assert(reading.scheme == .tax);
        if (reading.value.len > country_bytes) {
            if (countryOf(reading.value[0..country_bytes])) |country| {
                reading.country = country;
                reading.value = reading.value[country_bytes..];
            }
        }
        var buffer: [issuer_bytes_max]u8 = undefined;
        if (countryOf(folded(issuer, space, &buffer) orelse "")) |country| {
            if (reading.country.len == 0) reading.country = country;
        } else reading.issuer = issuer;
    }

    /// Compares schemes; issuers only count where both sides name one.
    fn sameScheme(a: *const Reading, b: *const Reading) bool {
        if (a.scheme != b.scheme) return false;
        if (a.scheme == .other and (a.kind != b.kind or !sameFolded(a.name, b.name))) return false;
        return isBlank(a.issuer) or isBlank(b.issuer) or sameFolded(a.issuer, b.issuer);
    }

    fn sameValue(a: *const Reading, b: *const Reading) bool {
        if (!agree(a.country, b.country) or !agree(a.check, b.check)) return false;
        if (a.scheme == .french and (within(a.value, b.value) or within(b.value, a.value))) return true;
        return a.value.len != 0 and std.mem.eql(u8, a.value, b.value);
    }
};

fn schemeOf(identification: Identification) Scheme {
    switch (identification.kind) {
        .lei => return .lei,
        .bic => return .bic,
        .coded, .proprietary => {},
    }
    var buffer: [scheme_bytes_max]u8 = undefined;
    return schemes.get(folded(identification.scheme, name_separators, &buffer) orelse "") orelse .other;
}

fn countryOf(text: []const u8) ?[]const u8 {
    for (countries) |country| {
        if (std.mem.eql(u8, country, text)) return if (std.mem.eql(u8, text, greece_iso)) greece_vat else country;
    }
    return null;
}

fn within(siren: []const u8, siret: []const u8) bool {
    return siren.len == siren_digits and siret.len == siret_digits and std.mem.startsWith(u8, siret, siren);
}

fn agree(a: []const u8, b: []const u8) bool {
    return a.len == 0 or b.len == 0 or std.mem.eql(u8, a, b);
}

/// A text without the `dropped` separators, its ASCII letters raised; null if that is more than fits.
fn folded(text: []const u8, dropped: []const u8, buffer: []u8) ?[]u8 {
    var length: usize = 0;
    for (text) |letter| {
        if (std.mem.findScalar(u8, dropped, letter) != null) continue;
        if (length == buffer.len) return null;
        buffer[length] = std.ascii.toUpper(letter);
        length += 1;
    }
    return buffer[0..length];
}

fn isBlank(text: []const u8) bool {
    return std.mem.findNone(u8, text, space) == null;
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
