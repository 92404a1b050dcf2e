//! Decodes the plain account record (docs/formats.md, section 3.1) into a view: texts stay where they are.

const std = @import("std");

pub const record_bytes_max = 4_096;
pub const holders_max = 16;
pub const names_max = 64;
pub const name_characters_max = 140;
pub const identifications_max = 16;
const record_bytes_step = 64;
const scheme_characters_max = 35;
const issuer_characters_max = 35;
const value_characters_max = 256;
const format = 1;

pub const Status = enum(u8) { active = 1, closed = 2, too_large = 3 };
pub const HolderKind = enum(u8) { person = 1, organisation = 2 };
pub const NameKind = enum(u8) { registered = 0, alias = 1, former = 2 };
pub const IdentificationKind = enum(u8) { lei = 1, bic = 2, coded = 3, proprietary = 4 };

pub const Name = struct { kind: NameKind, text: []const u8 };

/// `first_name` is the position of its registered name among all names of the account.
pub const Holder = struct { kind: HolderKind, never_disclose: bool, first_name: u8, name_count: u8 };

pub const Identification = struct {
    kind: IdentificationKind,
    scheme: []const u8,
    issuer: []const u8,
    value: []const u8,
};

pub const Error = error{Malformed};

/// Everything the bank holds about one account; the texts lie in the record it was decoded from.
pub const Account = struct {
    status: Status,
    never_disclose: bool,
    holder_count: u8,
    identification_count: u8,
    holders_buffer: [holders_max]Holder,
    names_buffer: [names_max]Name,
    identifications_buffer: [identifications_max]Identification,

    pub fn holders(account: *const Account) []const Holder {
        return account.holders_buffer[0..account.holder_count];
    }

    pub fn names(account: *const Account, holder: Holder) []const Name {
        return account.names_buffer[holder.first_name..][0..holder.name_count];
    }

    pub fn identifications(account: *const Account) []const Identification {
        return account.identifications_buffer[0..account.identification_count];
    }

    /// Decodes `plain` into `account`; a record that the format does not allow is `error.Malformed`.
    pub fn decode(account: *Account, plain: []const u8) Error!void {
        if (plain.len == 0 or plain.len > record_bytes_max) return error.Malformed;
        if (plain.len % record_bytes_step != 0) return error.Malformed;
        var reader: Reader = .{ .bytes = plain };
        if (try reader.int(u8) != format) return error.Malformed;
        account.status = std.enums.fromInt(Status, try reader.int(u8)) orelse return error.Malformed;
        account.holder_count = 0;
        account.identification_count = 0;
        account.never_disclose = false;
        if (account.status == .too_large) return reader.end();
        account.never_disclose = try reader.flag();
        const holder_count = try reader.limited(0, holders_max);
        const identification_count = try reader.limited(0, identifications_max);
        var name_count: u8 = 0;
        for (account.holders_buffer[0..holder_count]) |*holder| {
            try account.decodeHolder(holder, &reader, name_count);
            name_count += holder.name_count;
        }
        for (account.identifications_buffer[0..identification_count]) |*identification| {
            identification.* = try decodeIdentification(&reader);
        }
        try reader.end();
        account.holder_count = holder_count;
        account.identification_count = identification_count;
    }

    fn decodeHolder(account: *Account, holder: *Holder, reader: *Reader, first_name: u8) Error!void {
        std.debug.assert(first_name <= names_max);
        const kind = std.enums.fromInt(HolderKind, try reader.int(u8)) orelse return error.Malformed;
        const never_disclose = try reader.flag();
        const count = try reader.limited(1, names_max - first_name);
        holder.* = .{
            .kind = kind,
            .never_disclose = never_disclose,
            .first_name = first_name,
            .name_count = count,
        };
        for (account.names_buffer[first_name..][0..count], 0..) |*name, position| {
            const name_kind = std.enums.fromInt(NameKind, try reader.int(u8)) orelse return error.Malformed;
            if ((name_kind == .registered) != (position == 0)) return error.Malformed;
            name.* = .{ .kind = name_kind, .text = try reader.text(u16, 1, name_characters_max) };
        }
    }
};

fn decodeIdentification(reader: *Reader) Error!Identification {
    const kind = std.enums.fromInt(IdentificationKind, try reader.int(u8)) orelse return error.Malformed;
    const schemeless = kind == .lei or kind == .bic;
    return .{
        .kind = kind,
        .scheme = if (schemeless)
            try reader.text(u8, 0, 0)
        else
            try reader.text(u8, 1, scheme_characters_max),
        .issuer = try reader.text(u8, 0, issuer_characters_max),
        .value = try reader.text(u16, 1, value_characters_max),
    };
}

/// Reads from front to back and never past the end.
pub const Reader = struct {
    bytes: []const u8,
    at: usize = 0,

    pub fn take(reader: *Reader, count: usize) Error![]const u8 {
        std.debug.assert(reader.at <= reader.bytes.len);
        if (count > reader.bytes.len - reader.at) return error.Malformed;
        defer reader.at += count;
        return reader.bytes[reader.at..][0..count];
    }

    pub fn int(reader: *Reader, comptime T: type) Error!T {
        return std.mem.readInt(T, (try reader.take(@sizeOf(T)))[0..@sizeOf(T)], .little);
    }

    fn flag(reader: *Reader) Error!bool {
        const value = try reader.int(u8);
        if (value > 1) return error.Malformed;
        return value == 1;
    }

    fn limited(reader: *Reader, low: u8, high: u8) Error!u8 {
        const value = try reader.int(u8);
        if (value < low or value > high) return error.Malformed;
        return value;
    }

    /// A UTF-8 text of `low` to `high` code points behind its length in bytes.
    pub fn text(reader: *Reader, comptime Length: type, low: usize, high: usize) Error![]const u8 {
        const bytes = try reader.take(try reader.int(Length));
        const count = characters(bytes) orelse return error.Malformed;
        if (count < low or count > high) return error.Malformed;
        return bytes;
    }

    fn end(reader: *Reader) Error!void {
        const rest = reader.bytes[reader.at..];
        if (rest.len >= record_bytes_step) return error.Malformed;
        for (rest) |byte| if (byte != 0) return error.Malformed;
    }
};

/// Code points of a text, or null if it is not UTF-8.
pub fn characters(text: []const u8) ?usize {
    for (text) |byte| {
        if (byte >= 0x80) return std.unicode.utf8CountCodepoints(text) catch null;
    }
    return text.len;
}

test "the stub of an account too large decodes, and every byte after it must be zero" {
    var account: Account = undefined;
    var stub: [64]u8 = @splat(0);
    stub[0] = format;
    stub[1] = 3;
    try account.decode(&stub);
    try std.testing.expectEqual(Status.too_large, account.status);
    stub[5] = 1;
    try std.testing.expectError(error.Malformed, account.decode(&stub));
}

test "no record of random bytes traps" {
    var random: std.Random.DefaultPrng = .init(1);
    var account: Account = undefined;
    var bytes: [128]u8 = undefined;
    for (0..10_000) |_| {
        random.fill(&bytes);
        bytes[0] = format;
        bytes[1] = 1 + bytes[1] % 2;
        bytes[2] &= 1;
        bytes[3] %= 4;
        bytes[4] %= 3;
        account.decode(&bytes) catch continue;
    }
}
