//! The faults of docs/formats.md section 8, by number: the scheme's code and the detail that is answered.

const std = @import("std");

/// A fault's number in docs/formats.md.
pub const Fault = u8;

pub const target: Fault = 0;
pub const timestamp_missing: Fault = 1;
pub const timestamp_form: Fault = 2;
pub const request_id_missing: Fault = 3;
pub const request_id_form: Fault = 4;
pub const content_type: Fault = 5;
pub const body_size: Fault = 6;
pub const body_json: Fault = 7;
pub const body_object: Fault = 8;
/// The first fault of a field; the rest follow in the order of `field_faults`.
pub const first_field: Fault = 9;

const identification = "party.identification.organisationId";
const others = identification ++ ".others[]";
const unstructured = "unstructuredRemittanceInformation";

const missing = "is missing";
const object = "must be an object";
const string = "must be a string";
const array = "must be an array";
const form = "has the wrong form";

/// A field's path and its reasons, in the order they are checked.
const Field = struct { path: []const u8, reasons: []const []const u8 };

const fields = [_]Field{
    .{ .path = "party", .reasons = &.{ missing, object, "must have exactly one of name and identification" } },
    .{ .path = "party.name", .reasons = &.{ string, "must have 1 to 140 characters" } },
    .{ .path = "party.identification", .reasons = &.{object} },
    .{ .path = identification, .reasons = &.{ missing, object, "must have exactly one of lei, anyBIC and others" } },
    .{ .path = identification ++ ".lei", .reasons = &.{ string, form } },
    .{ .path = identification ++ ".anyBIC", .reasons = &.{ string, form } },
    .{ .path = identification ++ ".others", .reasons = &.{ array, "must have 1 to 8 entries" } },
    .{ .path = others, .reasons = &.{
        object, "must have exactly one of schemeNameCode and schemeNameProprietary",
    } },
    .{ .path = others ++ ".identification", .reasons = &.{ missing, string, "must have 1 to 256 characters" } },
    .{ .path = others ++ ".schemeNameCode", .reasons = &.{ string, "is not a known code" } },
    .{ .path = others ++ ".schemeNameProprietary", .reasons = &.{ string, "must have 1 to 35 characters" } },
    .{ .path = others ++ ".issuer", .reasons = &.{ string, "must have 1 to 35 characters" } },
    .{ .path = "partyAccount", .reasons = &.{ missing, object } },
    .{ .path = "partyAccount.iban", .reasons = &.{ missing, string, form } },
    .{ .path = "partyAgent", .reasons = &.{ missing, object } },
    .{ .path = "partyAgent.financialInstitutionId", .reasons = &.{ missing, object } },
    .{ .path = "partyAgent.financialInstitutionId.bicfi", .reasons = &.{ missing, string, form } },
    .{ .path = "requestingAgent", .reasons = &.{ missing, object } },
    .{ .path = "requestingAgent.financialInstitutionId", .reasons = &.{ missing, object } },
    .{ .path = "requestingAgent.financialInstitutionId.bicfi", .reasons = &.{ missing, string, form } },
    .{ .path = unstructured, .reasons = &.{ array, "must have at most 1 entry" } },
    .{ .path = unstructured ++ "[]", .reasons = &.{ string, "must have 1 to 140 characters" } },
};

const details = list: {
    var list: []const []const u8 = &.{
        "request: must be POST /vop/v1/payee-verifications",
        "X-Request-Timestamp: is missing",
        "X-Request-Timestamp: has the wrong form",
        "X-Request-ID: is missing",
        "X-Request-ID: has the wrong form",
        "Content-Type: must be application/json",
        "body: is larger than 16384 bytes",
        "body: must be JSON in UTF-8, no name twice in an object, at most 8 levels, 32 entries and 128-byte names",
        "body: must be an object",
    };
    for (fields) |field| {
        for (field.reasons) |reason| list = list ++ .{field.path ++ ": " ++ reason};
    }
    break :list list[0..list.len].*;
};

/// How many faults there are.
pub const count = details.len;

/// What the answer says about a fault.
pub fn detail(fault: Fault) []const u8 {
    std.debug.assert(fault < count);
    return details[fault];
}

/// The scheme's code for a fault: TIMESTAMP_INVALID or FORMAT_ERROR.
pub fn isTimestamp(fault: Fault) bool {
    std.debug.assert(fault < count);
    return fault == timestamp_missing or fault == timestamp_form;
}

/// The number of a field's fault; `reason` counts from 0 in the order of docs/formats.md.
pub fn number(comptime path: []const u8, comptime reason: usize) Fault {
    return comptime search: {
        @setEvalBranchQuota(10_000);
        var fault: Fault = first_field;
        for (fields) |field| {
            if (std.mem.eql(u8, field.path, path)) {
                std.debug.assert(reason < field.reasons.len);
                break :search fault + reason;
            }
            fault += field.reasons.len;
        }
        @compileError("no such field: " ++ path);
    };
}

test "numbers follow the table" {
    try std.testing.expectEqual(9, number("party", 0));
    try std.testing.expectEqual(39, number("partyAccount.iban", 2));
    try std.testing.expectEqual(57, number("unstructuredRemittanceInformation[]", 1));
    try std.testing.expectEqual(58, count);
    try std.testing.expectEqualStrings("partyAccount.iban: has the wrong form", detail(39));
}
