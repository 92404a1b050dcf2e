//! A verification request: body in, request or the first fault out. docs/formats.md section 8 is the contract.

const std = @import("std");
const limits = @import("../limits.zig");
const faults = @import("faults.zig");
const json = @import("json.zig");
const record = @import("../matcher/record.zig");

pub const Kind = enum(u8) { name = 1, identification = 2 };

/// One identification as typed; scheme and issuer are empty where there is none.
pub const Identification = record.Identification;

/// A request that was understood. Slices point into the document it was read from.
pub const Request = struct {
    kind: Kind,
    name: []const u8,
    identifications: [limits.request_identifications_max]Identification,
    identification_count: usize,
    iban_bytes: [limits.iban_bytes_max]u8,
    iban_length: usize,
    party_bic: [11]u8,
    requesting_bic: [11]u8,

    /// Upper case, no spaces.
    pub fn iban(request: *const Request) []const u8 {
        return request.iban_bytes[0..request.iban_length];
    }

    pub fn identificationList(request: *const Request) []const Identification {
        return request.identifications[0..request.identification_count];
    }
};

/// Parses `body` into `request`; the fault is null if it was understood, and then `request` is whole.
pub fn parse(request: *Request, document: *json.Document, body: []const u8) ?faults.Fault {
    if (body.len > limits.body_bytes_max) return faults.body_size;
    const root = json.parse(document, body) catch return faults.body_json;
    if (root.kind != .object) return faults.body_object;
    var reader: Reader = .{ .document = document, .request = request };
    reader.fields(root) catch return reader.fault;
    return null;
}

const codes = [_][]const u8{
    "BANK", "CBID", "CHID", "CINC", "COID", "CUST", "DUNS", "EMPL", "GS1G", "SREN", "SRET", "TXID", "BDID", "BOID",
};

const organisation = "party.identification.organisationId";
const others = organisation ++ ".others[]";
const remittance = "unstructuredRemittanceInformation";

const Reader = struct {
    document: *const json.Document,
    request: *Request,
    fault: faults.Fault = undefined,

    const Error = error{Fault};

    fn fields(reader: *Reader, root: *const json.Node) Error!void {
        const party = try reader.object(root, "party", "party");
        const name = reader.document.member(party, "name");
        const identification = reader.document.member(party, "identification");
        if ((name == null) == (identification == null)) return reader.fail("party", 2);
        reader.request.name = "";
        reader.request.identification_count = 0;
        if (name) |node| {
            reader.request.kind = .name;
            reader.request.name = try reader.text(node, "party.name", 0, limits.name_characters_max);
        } else {
            reader.request.kind = .identification;
            try reader.identificationOf(identification.?);
        }
        try reader.iban(try reader.object(root, "partyAccount", "partyAccount"));
        try reader.agent(root, "partyAgent", &reader.request.party_bic);
        try reader.agent(root, "requestingAgent", &reader.request.requesting_bic);
        try reader.remittanceInformation(root);
    }

    fn identificationOf(reader: *Reader, node: *const json.Node) Error!void {
        if (node.kind != .object) return reader.fail("party.identification", 0);
        const holder = try reader.object(node, organisation, "organisationId");
        const lei = reader.document.member(holder, "lei");
        const upper = reader.document.member(holder, "anyBIC");
        const lower = reader.document.member(holder, "anyBic");
        const list = reader.document.member(holder, "others");
        const present = @as(u8, @intFromBool(lei != null)) + @intFromBool(upper != null) +
            @intFromBool(lower != null) + @intFromBool(list != null);
        if (present != 1) return reader.fail(organisation, 2);
        if (lei) |value| {
            const string = try reader.stringOf(value, organisation ++ ".lei", 0);
            if (!isLei(string)) return reader.fail(organisation ++ ".lei", 1);
            reader.add(.{ .kind = .lei, .scheme = "", .issuer = "", .value = string });
        } else if (list) |value| {
            try reader.otherList(value);
        } else {
            const string = try reader.stringOf(upper orelse lower.?, organisation ++ ".anyBIC", 0);
            if (!isBic(string)) return reader.fail(organisation ++ ".anyBIC", 1);
            reader.add(.{ .kind = .bic, .scheme = "", .issuer = "", .value = string });
        }
    }

    fn otherList(reader: *Reader, node: *const json.Node) Error!void {
        const path = organisation ++ ".others";
        if (node.kind != .array) return reader.fail(path, 0);
        if (node.count < 1 or node.count > limits.request_identifications_max) return reader.fail(path, 1);
        var entry = reader.document.firstChild(node);
        while (entry) |current| : (entry = reader.document.nextSibling(current)) try reader.other(current);
    }

    fn other(reader: *Reader, node: *const json.Node) Error!void {
        if (node.kind != .object) return reader.fail(others, 0);
        const code = reader.document.member(node, "schemeNameCode");
        const proprietary = reader.document.member(node, "schemeNameProprietary");
        if ((code == null) == (proprietary == null)) return reader.fail(others, 1);
        const path = others ++ ".identification";
        const value = reader.document.member(node, "identification") orelse return reader.fail(path, 0);
        const typed = try reader.text(value, path, 1, limits.identification_characters_max);
        const scheme = if (code) |scheme_node|
            try reader.codeOf(scheme_node)
        else
            try reader.text(proprietary.?, others ++ ".schemeNameProprietary", 0, limits.scheme_characters_max);
        const issuer = if (reader.document.member(node, "issuer")) |issuer_node|
            try reader.text(issuer_node, others ++ ".issuer", 0, limits.issuer_characters_max)
        else
            "";
        reader.add(.{
            .kind = if (code == null) .proprietary else .coded,
            .scheme = scheme,
            .issuer = issuer,
            .value = typed,
        });
    }

    fn codeOf(reader: *Reader, node: *const json.Node) Error![]const u8 {
        const string = try reader.stringOf(node, others ++ ".schemeNameCode", 0);
        for (codes) |known| {
            if (std.mem.eql(u8, string, known)) return known;
        }
        return reader.fail(others ++ ".schemeNameCode", 1);
    }

    fn add(reader: *Reader, identification: Identification) void {
        const request = reader.request;
        std.debug.assert(request.identification_count < limits.request_identifications_max);
        request.identifications[request.identification_count] = identification;
        request.identification_count += 1;
    }

    fn iban(reader: *Reader, account: *const json.Node) Error!void {
        const path = "partyAccount.iban";
        const node = reader.document.member(account, "iban") orelse return reader.fail(path, 0);
        const string = try reader.stringOf(node, path, 1);
        if (!isIban(string)) return reader.fail(path, 2);
        reader.request.iban_length = string.len;
        _ = std.ascii.upperString(&reader.request.iban_bytes, string);
    }

    fn agent(reader: *Reader, root: *const json.Node, comptime name: []const u8, bic: *[11]u8) Error!void {
        const holder = try reader.object(root, name, name);
        const institution = name ++ ".financialInstitutionId";
        const path = institution ++ ".bicfi";
        const identification = try reader.object(holder, institution, "financialInstitutionId");
        const node = reader.document.member(identification, "bicfi") orelse return reader.fail(path, 0);
        const string = try reader.stringOf(node, path, 1);
        if (!isBic(string)) return reader.fail(path, 2);
        bic.* = padBic(string);
    }

    fn remittanceInformation(reader: *Reader, root: *const json.Node) Error!void {
        const list = reader.document.member(root, remittance) orelse return;
        if (list.kind != .array) return reader.fail(remittance, 0);
        if (list.count > 1) return reader.fail(remittance, 1);
        const line = reader.document.firstChild(list) orelse return;
        _ = try reader.text(line, remittance ++ "[]", 0, limits.name_characters_max);
    }

    /// The member `name` of `parent` as an object; its path's first two reasons are "missing" and "no object".
    fn object(
        reader: *Reader,
        parent: *const json.Node,
        comptime path: []const u8,
        name: []const u8,
    ) Error!*const json.Node {
        const node = reader.document.member(parent, name) orelse return reader.fail(path, 0);
        if (node.kind != .object) return reader.fail(path, 1);
        return node;
    }

    /// A string of 1 to `characters_max` code points; `reason` is the path's "must be a string".
    fn text(
        reader: *Reader,
        node: *const json.Node,
        comptime path: []const u8,
        comptime reason: usize,
        characters_max: usize,
    ) Error![]const u8 {
        const string = try reader.stringOf(node, path, reason);
        const characters = codePoints(string);
        if (characters < 1 or characters > characters_max) return reader.fail(path, reason + 1);
        return string;
    }

    fn stringOf(
        reader: *Reader,
        node: *const json.Node,
        comptime path: []const u8,
        comptime reason: usize,
    ) Error![]const u8 {
        if (node.kind != .string) return reader.fail(path, reason);
        return reader.document.string(node);
    }

    fn fail(reader: *Reader, comptime path: []const u8, comptime reason: usize) Error {
        reader.fault = comptime faults.number(path, reason);
        return error.Fault;
    }
};

/// Code points of text that is known to be UTF-8.
fn codePoints(text: []const u8) usize {
    var count: usize = 0;
    for (text) |byte| count += @intFromBool(byte & 0xc0 != 0x80);
    return count;
}

fn isUpperOrDigit(byte: u8) bool {
    return std.ascii.isUpper(byte) or std.ascii.isDigit(byte);
}

fn all(text: []const u8, comptime predicate: fn (u8) bool) bool {
    for (text) |byte| {
        if (!predicate(byte)) return false;
    }
    return true;
}

/// Scheme section 2: `^[A-Z0-9]{18}[0-9]{2}$`.
fn isLei(text: []const u8) bool {
    return text.len == 20 and all(text[0..18], isUpperOrDigit) and all(text[18..], std.ascii.isDigit);
}

/// Scheme section 2: `^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`.
fn isBic(text: []const u8) bool {
    if (text.len != 8 and text.len != 11) return false;
    return all(text[0..6], std.ascii.isUpper) and all(text[6..], isUpperOrDigit);
}

/// Scheme section 2: `^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$`.
fn isIban(text: []const u8) bool {
    if (text.len < 5 or text.len > limits.iban_bytes_max) return false;
    return all(text[0..2], std.ascii.isUpper) and all(text[2..4], std.ascii.isDigit) and
        all(text[4..], std.ascii.isAlphanumeric);
}

/// A BIC8 names the head office: `XXX` makes it a BIC11.
fn padBic(text: []const u8) [11]u8 {
    std.debug.assert(text.len == 8 or text.len == 11);
    var bic = "XXXXXXXXXXX".*;
    @memcpy(bic[0..text.len], text);
    return bic;
}
