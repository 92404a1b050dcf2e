//! Random input of the matcher in the form of docs/formats.md, section 10: names made of the tables' own words, of
//! letters of every script and of what is hostile to a matcher; typed names that differ from them; damaged bytes.

const std = @import("std");
const matcher = @import("../matcher/matcher.zig");
const tables = @import("../matcher/tables.zig");
const policy = @import("../matcher/policy.zig");
const record = matcher.record;
const Outcome = matcher.model.Outcome;
const Random = std.Random;

/// The request, the policy and the largest record.
pub const input_bytes_max = 8_192;
/// A few more than a name may have, so that too long ones are typed too.
const points_max = record.name_characters_max + 5;
const text_bytes_max = points_max * 4;
const word_bytes_max = 96;

/// Code points of a text; cut where it is full.
const Text = struct {
    points: [points_max]u21 = undefined,
    length: usize = 0,

    fn add(text: *Text, code: u21) void {
        if (text.length == points_max) return;
        text.points[text.length] = code;
        text.length += 1;
    }

    fn addAll(text: *Text, utf8: []const u8) void {
        var points = (std.unicode.Utf8View.init(utf8) catch unreachable).iterator();
        while (points.nextCodepoint()) |code| text.add(code);
    }

    fn encode(text: *const Text, limit: usize, buffer: *[text_bytes_max]u8) []const u8 {
        var length: usize = 0;
        for (text.points[0..@min(text.length, limit)]) |code| {
            length += std.unicode.utf8Encode(code, buffer[length..]) catch unreachable;
        }
        return buffer[0..length];
    }
};

/// Snippets that, repeated, fill a name with what costs most or means least.
const hostile = [_][]const u8{
    "a",
    "ß",
    "Щ",
    "a ",
    "i ",
    "I ",
    "1 ",
    "a-",
    "a.",
    ".",
    " ",
    "-",
    ",",
    "& ",
    "+",
    "'",
    "a, ",
    "aa ",
    "ab ba ",
    "von ",
    "de la ",
    "bin ",
    "Dr. ",
    "Prof ",
    "GmbH ",
    "S.A. ",
    "Ltd ",
    "und ",
    "t/a ",
    "c/o ",
    "Fund II ",
    "3M",
    "Maria ",
    "Jan ",
    "Anna und ",
    "(",
    "a\u{301}",
    "\u{301}",
    "\u{200b}",
    "\u{200f}",
    "\u{202e}",
    "\u{ad}",
    "\u{feff}",
    "\u{20dd}",
    "ﷺ",
    "ǆ",
    "ﬃ",
    "㎏",
    "𝔞",
    "\u{10ffff}",
    "\u{e000}",
    "ου",
    "кс",
    "дж",
    "üöä",
    "ŒÆ ",
    "Þð",
    "İı",
    "ΐ",
    "漢字 ",
    "م ",
    "аa ",
    "0\u{661}",
    "xviii ",
    "/",
    "zz zy ",
    "é",
    "e\u{301} ",
    "&& ",
    "J.P. ",
};
const separators = [_][]const u8{ " ", " ", " ", " ", "-", ", ", ".", " & ", " und ", "/", "'", "", "  ", " t/a ", "\u{a0}" };
const ranges = [_][2]u21{
    .{ 'a', 'z' },         .{ 'A', 'Z' },       .{ 0x20, 0x7e },     .{ 0xa0, 0x17f },      .{ 0x180, 0x24f },
    .{ 0x300, 0x36f },     .{ 0x370, 0x3ff },   .{ 0x400, 0x4ff },   .{ 0x531, 0x5f4 },     .{ 0x600, 0x6ff },
    .{ 0x10a0, 0x10ff },   .{ 0x1e00, 0x1fff }, .{ 0x2000, 0x206f }, .{ 0x2100, 0x218b },   .{ 0x4e00, 0x4e40 },
    .{ 0xac00, 0xac40 },   .{ 0xfb00, 0xfb4f }, .{ 0xff00, 0xffef }, .{ 0x1d400, 0x1d7ff }, .{ 0x20, 0xd7ff },
    .{ 0xe000, 0x10ffff },
};

/// One input at a time.
pub const Maker = struct {
    random: Random,
    bytes: [input_bytes_max]u8 = undefined,
    length: usize = 0,
    names: [record.names_max]Text = undefined,
    name_count: usize = 0,

    /// Makes the next input; it stays until the next call.
    pub fn make(maker: *Maker) []const u8 {
        const random = maker.random;
        maker.length = 0;
        if (random.uintLessThan(u8, 64) == 0) {
            maker.length = random.uintLessThan(usize, 600);
            random.bytes(maker.bytes[0..maker.length]);
            return maker.bytes[0..maker.length];
        }
        maker.name_count = 0;
        const plain = maker.writeRecord();
        var plain_bytes: [record.record_bytes_max]u8 = undefined;
        @memcpy(plain_bytes[0..plain.len], plain);
        const plain_length = plain.len;
        maker.length = 0;
        if (random.uintLessThan(u8, 16) == 0) maker.identificationRequest() else maker.nameRequest();
        maker.writePolicy();
        maker.write(plain_bytes[0..plain_length]);
        if (random.uintLessThan(u8, 6) == 0) maker.damage();
        return maker.bytes[0..maker.length];
    }

    fn damage(maker: *Maker) void {
        for (0..maker.random.intRangeAtMost(usize, 1, 4)) |_| {
            maker.bytes[maker.random.uintLessThan(usize, maker.length)] = maker.random.int(u8);
        }
        if (maker.random.uintLessThan(u8, 8) == 0) maker.length = maker.random.uintAtMost(usize, maker.length);
    }

    fn write(maker: *Maker, bytes: []const u8) void {
        @memcpy(maker.bytes[maker.length..][0..bytes.len], bytes);
        maker.length += bytes.len;
    }

    fn int(maker: *Maker, comptime T: type, value: T) void {
        std.mem.writeInt(T, maker.bytes[maker.length..][0..@sizeOf(T)], value, .little);
        maker.length += @sizeOf(T);
    }

    fn text(maker: *Maker, comptime Length: type, bytes: []const u8) void {
        maker.int(Length, @intCast(bytes.len));
        maker.write(bytes);
    }

    fn nameRequest(maker: *Maker) void {
        var buffer: [text_bytes_max]u8 = undefined;
        var typed = maker.typedName();
        if (typed.length == 0) typed.add('x');
        maker.int(u8, 1);
        maker.text(u16, typed.encode(points_max, &buffer));
    }

    fn identificationRequest(maker: *Maker) void {
        maker.int(u8, 2);
        const at = maker.length;
        maker.int(u16, 0);
        const count = maker.random.uintAtMost(u8, 4);
        maker.int(u8, count);
        for (0..count) |_| maker.identification();
        std.mem.writeInt(u16, maker.bytes[at..][0..2], @intCast(maker.length - at - 2), .little);
    }

    fn writePolicy(maker: *Maker) void {
        const fields = comptime std.meta.fieldNames(policy.Policy);
        var encoded: [1 + fields.len]u8 = undefined;
        encoded[0] = policy.format;
        const defaults: policy.Policy = .{};
        const turned = maker.random.boolean();
        inline for (fields, encoded[1..]) |name, *byte| {
            byte.* = switch (@TypeOf(@field(defaults, name))) {
                Outcome => if (turned) 3 else @backingInt(@field(defaults, name)),
                bool => maker.random.int(u1),
                u8 => maker.random.uintAtMost(u8, policy.typo_budget_max),
                else => comptime unreachable,
            };
        }
        maker.text(u16, &encoded);
    }

    /// A whole record, padded; it lies in `bytes`.
    fn writeRecord(maker: *Maker) []const u8 {
        const random = maker.random;
        const full = random.uintLessThan(u8, 16) == 0;
        const holders = if (full) record.holders_max else random.intRangeAtMost(u8, 1, 3);
        const identifications = if (random.uintLessThan(u8, 4) == 0) random.uintAtMost(u8, 4) else 0;
        maker.write(&.{ 1, 1, random.int(u1), holders, identifications });
        for (0..holders) |number| {
            const names: u8 = if (full) random.intRangeAtMost(u8, 1, 4) else random.intRangeAtMost(u8, 1, 2);
            maker.write(&.{ random.intRangeAtMost(u8, 1, 2), @intFromBool(random.uintLessThan(u8, 8) == 0), names });
            // What is left of the record, shared out to the names that must still fit.
            const left = record_bytes_names_max -| maker.length;
            const each = left / ((holders - number) * 4);
            for (0..names) |position| {
                maker.int(u8, if (position == 0) 0 else random.intRangeAtMost(u8, 1, 2));
                maker.writeName(@min(each / 4, record.name_characters_max));
            }
        }
        for (0..identifications) |_| maker.identification();
        while (maker.length % record_bytes_step != 0) maker.int(u8, 0);
        return maker.bytes[0..maker.length];
    }

    fn writeName(maker: *Maker, characters_max: usize) void {
        const name = &maker.names[maker.name_count];
        maker.name_count += 1;
        name.* = maker.newName();
        name.length = @min(name.length, @max(characters_max, 1));
        if (name.length == 0) name.add('y');
        var buffer: [text_bytes_max]u8 = undefined;
        maker.text(u16, name.encode(record.name_characters_max, &buffer));
    }

    fn identification(maker: *Maker) void {
        const random = maker.random;
        const schemes = [_][]const u8{ "TXID", "SREN", "SRET", "EUID", "VAT-ID", "COID", "Kunde", "DUNS" };
        const values = [_][]const u8{ "DE123456789", "123456789", "12345678900012", "DEX1.HRB1_2", "VOPBDEFF", "-", "ß" };
        const issuers = [_][]const u8{ "", "DE", "Amt", " " };
        const kind = random.intRangeAtMost(u8, 1, 4);
        maker.int(u8, kind);
        maker.text(u8, if (kind < 3) "" else schemes[random.uintLessThan(usize, schemes.len)]);
        maker.text(u8, issuers[random.uintLessThan(usize, issuers.len)]);
        maker.text(u16, values[random.uintLessThan(usize, values.len)]);
    }

    fn typedName(maker: *Maker) Text {
        const random = maker.random;
        if (maker.name_count == 0 or random.uintLessThan(u8, 10) == 0) return maker.newName();
        var typed = maker.names[random.uintLessThan(usize, maker.name_count)];
        if (random.uintLessThan(u8, 6) == 0) {
            typed.addAll(separators[random.uintLessThan(usize, separators.len)]);
            const other = maker.names[random.uintLessThan(usize, maker.name_count)];
            for (other.points[0..other.length]) |code| typed.add(code);
        }
        for (0..random.uintLessThan(usize, 5)) |_| maker.mutate(&typed);
        return typed;
    }

    fn newName(maker: *Maker) Text {
        var name: Text = .{};
        const random = maker.random;
        switch (random.uintLessThan(u8, 10)) {
            0 => {
                const snippet = hostile[random.uintLessThan(usize, hostile.len)];
                for (0..points_max) |_| name.addAll(snippet);
            },
            1 => for (0..points_max) |_| name.addAll(hostile[random.uintLessThan(usize, hostile.len)]),
            2 => for (0..random.uintLessThan(usize, points_max)) |_| name.add(maker.anyCode()),
            3 => for (0..40) |_| maker.addWord(&name),
            else => for (0..random.intRangeAtMost(usize, 1, 6)) |_| maker.addWord(&name),
        }
        return name;
    }

    fn addWord(maker: *Maker, name: *Text) void {
        const random = maker.random;
        if (name.length > 0) name.addAll(separators[random.uintLessThan(usize, separators.len)]);
        if (random.uintLessThan(u8, 8) == 0) {
            for (0..random.intRangeAtMost(usize, 1, 12)) |_| name.add(maker.anyCode());
            return;
        }
        const word = tables.keyOf(random.uintLessThan(usize, tables.word_count));
        const short = random.uintLessThan(u8, 10) == 0;
        const upper = random.uintLessThan(u8, 8) == 0;
        var points = (std.unicode.Utf8View.init(word) catch unreachable).iterator();
        var at: usize = 0;
        while (points.nextCodepoint()) |code| : (at += 1) {
            if (short and at == 1) break;
            const ascii = std.math.cast(u7, code);
            name.add(if ((at == 0 or upper) and ascii != null) std.ascii.toUpper(ascii.?) else code);
        }
    }

    /// A code point of any script, never a surrogate.
    fn anyCode(maker: *Maker) u21 {
        const range = ranges[maker.random.uintLessThan(usize, ranges.len)];
        return maker.random.intRangeAtMost(u21, range[0], range[1]);
    }

    fn mutate(maker: *Maker, name: *Text) void {
        const random = maker.random;
        if (name.length < 2) return name.add(maker.anyCode());
        const at = random.uintLessThan(usize, name.length - 1);
        const points = &name.points;
        switch (random.uintLessThan(u8, 8)) {
            0 => points[at] = maker.anyCode(),
            1 => points[at] = random.intRangeAtMost(u21, 'a', 'z'),
            2 => std.mem.swap(u21, &points[at], &points[at + 1]),
            3 => {
                std.mem.copyForwards(u21, points[at .. name.length - 1], points[at + 1 .. name.length]);
                name.length -= 1;
            },
            4 => name.length = at + 1,
            5 => std.mem.rotate(u21, points[0..name.length], at),
            6 => for (points[0..name.length]) |*one| {
                if (one.* < 0x80) one.* = std.ascii.toUpper(@intCast(one.*));
            },
            else => if (name.length < points_max) {
                std.mem.copyBackwards(u21, points[at + 1 .. name.length + 1], points[at..name.length]);
                points[at] = if (random.boolean()) ' ' else '.';
                name.length += 1;
            },
        }
    }
};

const record_bytes_step = 64;
/// The rest is for identifications and the heads of names.
const record_bytes_names_max = record.record_bytes_max - 512;
