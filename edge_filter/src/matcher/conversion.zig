//! A name told in the scheme's base set of characters (EPC217-08). Same as matcher/conversion.py.

const std = @import("std");
const tables = @import("tables.zig");

/// `matchedName` of the scheme; a name that the conversion makes longer is cut.
pub const name_characters_max = 140;
const unknown = ".";

/// The name in the base set, which is ASCII; it lies in `buffer`. The name is UTF-8.
pub fn convert(name: []const u8, buffer: *[name_characters_max]u8) []const u8 {
    const view = std.unicode.Utf8View.init(name) catch unreachable;
    var characters = view.iterator();
    var length: usize = 0;
    while (characters.nextCodepointSlice()) |character| {
        const text = written(character);
        const count = @min(text.len, buffer.len - length);
        @memcpy(buffer[length..][0..count], text[0..count]);
        length += count;
    }
    return buffer[0..length];
}

fn written(character: []const u8) []const u8 {
    std.debug.assert(character.len > 0);
    if (character.len == 1 and inBaseSet(character[0])) return character;
    const code = std.unicode.utf8Decode(character) catch unreachable;
    return tables.converted(code) orelse unknown;
}

fn inBaseSet(byte: u8) bool {
    return std.ascii.isAlphanumeric(byte) or std.mem.findScalar(u8, "/-?:().,'+ ", byte) != null;
}

test "letters are told in the base set, and what is too long is cut" {
    var buffer: [name_characters_max]u8 = undefined;
    const expect = std.testing.expectEqualStrings;
    try expect("Jurgen Grosberg + Sohn", convert("Jürgen Großberg & Sohn", &buffer));
    try expect("THanos b.o", convert("Θanos Þðø", &buffer));
    try expect("", convert("\u{200b}", &buffer));
    const long: [name_characters_max][2]u8 = @splat("Щ".*);
    const cut = convert(@ptrCast(&long), &buffer);
    try std.testing.expectEqual(name_characters_max, cut.len);
    try expect("SHTSH", cut[cut.len - 5 ..]);
}
