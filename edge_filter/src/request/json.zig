//! Strict JSON (RFC 8259) into a fixed array of nodes: docs/formats.md section 8, fault 7.
//! Refuses what parsers disagree about: names twice in an object, invalid UTF-8, lone surrogates, byte order marks.

const std = @import("std");
const limits = @import("../limits.zig");

pub const Kind = enum(u8) { object, array, string, number, boolean, null };

/// A place in `Document.text`.
const Span = struct { start: u16 = 0, length: u16 = 0 };

pub const Node = struct {
    kind: Kind,
    /// Members and elements.
    count: u8 = 0,
    /// Index of the first child, and of the next sibling; 0 is none, for the root is nobody's child.
    first: u16 = 0,
    next: u16 = 0,
    /// A member's name, unescaped.
    name: Span = .{},
    /// A string's value, unescaped; a number as it is written.
    value: Span = .{},
};

pub const Error = error{Malformed};

/// One parsed text. Large and reused: never put on the stack, never cleared.
pub const Document = struct {
    nodes: [limits.json_nodes_max]Node,
    node_count: u16,
    /// Unescaped strings, one after the other; unescaping never lengthens.
    text: [limits.body_bytes_max]u8,
    text_length: u16,

    /// The member of that name, or null; `object` must be an object.
    pub fn member(document: *const Document, object: *const Node, name: []const u8) ?*const Node {
        std.debug.assert(object.kind == .object);
        var index = object.first;
        while (index != 0) : (index = document.nodes[index].next) {
            const node = &document.nodes[index];
            if (std.mem.eql(u8, document.slice(node.name), name)) return node;
        }
        return null;
    }

    pub fn firstChild(document: *const Document, parent: *const Node) ?*const Node {
        return if (parent.first == 0) null else &document.nodes[parent.first];
    }

    pub fn nextSibling(document: *const Document, node: *const Node) ?*const Node {
        return if (node.next == 0) null else &document.nodes[node.next];
    }

    /// The unescaped value of a string.
    pub fn string(document: *const Document, node: *const Node) []const u8 {
        std.debug.assert(node.kind == .string);
        return document.slice(node.value);
    }

    /// The value of a number that is written as a plain non-negative integer, or null.
    pub fn integer(document: *const Document, node: *const Node) ?u64 {
        if (node.kind != .number) return null;
        return std.fmt.parseUnsigned(u64, document.slice(node.value), 10) catch null;
    }

    fn slice(document: *const Document, span: Span) []const u8 {
        return document.text[span.start..][0..span.length];
    }
};

/// Parses `source` whole; the root is the result. At most `limits.body_bytes_max` bytes.
pub fn parse(document: *Document, source: []const u8) Error!*const Node {
    if (source.len > limits.body_bytes_max) return error.Malformed;
    if (!std.unicode.utf8ValidateSlice(source)) return error.Malformed;
    document.node_count = 0;
    document.text_length = 0;
    var parser: Parser = .{ .document = document, .source = source };
    try parser.run();
    return &document.nodes[0];
}

const Level = struct { node: u16, last_child: u16 };

const Parser = struct {
    document: *Document,
    source: []const u8,
    at: usize = 0,
    levels: [limits.json_levels_max]Level = undefined,
    depth: usize = 0,

    /// One value a turn; containers are kept in `levels`, so that nothing recurses.
    fn run(parser: *Parser) Error!void {
        parser.skipSpace();
        try parser.value(.{});
        while (parser.depth > 0) {
            const level = &parser.levels[parser.depth - 1];
            const container = &parser.document.nodes[level.node];
            const closing: u8 = if (container.kind == .object) '}' else ']';
            parser.skipSpace();
            const byte = try parser.next();
            if (byte == closing) {
                parser.depth -= 1;
                continue;
            }
            if (container.count == 0) {
                parser.at -= 1;
            } else if (byte != ',') {
                return error.Malformed;
            }
            if (container.count == limits.json_entries_max) return error.Malformed;
            parser.skipSpace();
            const name: Span = if (container.kind == .object) try parser.memberName(container) else .{};
            parser.skipSpace();
            try parser.value(name);
        }
        parser.skipSpace();
        if (parser.at != parser.source.len) return error.Malformed;
    }

    fn memberName(parser: *Parser, object: *const Node) Error!Span {
        if (try parser.next() != '"') return error.Malformed;
        const name = try parser.stringRest();
        if (name.length > limits.json_name_bytes_max) return error.Malformed;
        if (parser.document.member(object, parser.document.slice(name)) != null) return error.Malformed;
        parser.skipSpace();
        if (try parser.next() != ':') return error.Malformed;
        return name;
    }

    fn value(parser: *Parser, name: Span) Error!void {
        switch (try parser.next()) {
            '{' => try parser.open(.object, name),
            '[' => try parser.open(.array, name),
            '"' => {
                const text = try parser.stringRest();
                const node = try parser.add(.string, name);
                parser.document.nodes[node].value = text;
            },
            't' => try parser.literal("rue", .boolean, name),
            'f' => try parser.literal("alse", .boolean, name),
            'n' => try parser.literal("ull", .null, name),
            '-', '0'...'9' => {
                parser.at -= 1;
                const text = try parser.number();
                const node = try parser.add(.number, name);
                parser.document.nodes[node].value = text;
            },
            else => return error.Malformed,
        }
    }

    fn open(parser: *Parser, kind: Kind, name: Span) Error!void {
        if (parser.depth == limits.json_levels_max) return error.Malformed;
        const node = try parser.add(kind, name);
        parser.levels[parser.depth] = .{ .node = node, .last_child = 0 };
        parser.depth += 1;
    }

    /// Appends a node as the last child of the open container.
    fn add(parser: *Parser, kind: Kind, name: Span) Error!u16 {
        const document = parser.document;
        const index = document.node_count;
        if (index == limits.json_nodes_max) return error.Malformed;
        document.nodes[index] = .{ .kind = kind, .name = name };
        document.node_count += 1;
        if (parser.depth > 0) {
            const level = &parser.levels[parser.depth - 1];
            const container = &document.nodes[level.node];
            container.count += 1;
            if (level.last_child == 0) container.first = index else document.nodes[level.last_child].next = index;
            level.last_child = index;
        }
        return index;
    }

    fn literal(parser: *Parser, rest: []const u8, kind: Kind, name: Span) Error!void {
        if (!std.mem.startsWith(u8, parser.source[parser.at..], rest)) return error.Malformed;
        parser.at += rest.len;
        _ = try parser.add(kind, name);
    }

    /// RFC 8259 section 6. Only the syntax counts: no field of a request is a number.
    fn number(parser: *Parser) Error!Span {
        const start = parser.at;
        _ = parser.accept('-');
        if (!parser.accept('0')) try parser.digits();
        if (parser.accept('.')) try parser.digits();
        if (parser.accept('e') or parser.accept('E')) {
            if (!parser.accept('+')) _ = parser.accept('-');
            try parser.digits();
        }
        const text_start = parser.document.text_length;
        const written = parser.source[start..parser.at];
        @memcpy(parser.document.text[text_start..][0..written.len], written);
        parser.document.text_length += @intCast(written.len);
        return .{ .start = text_start, .length = parser.document.text_length - text_start };
    }

    fn digits(parser: *Parser) Error!void {
        const start = parser.at;
        while (parser.at < parser.source.len and std.ascii.isDigit(parser.source[parser.at])) parser.at += 1;
        if (parser.at == start) return error.Malformed;
    }

    /// The rest of a string whose opening quote is behind us, unescaped into the document's text.
    fn stringRest(parser: *Parser) Error!Span {
        const document = parser.document;
        const start = document.text_length;
        while (true) {
            parser.copyPlain();
            switch (try parser.next()) {
                '"' => return .{ .start = start, .length = document.text_length - start },
                '\\' => try parser.escape(),
                else => return error.Malformed,
            }
        }
    }

    /// Copies up to the next quote, backslash or control character: most strings in one piece.
    fn copyPlain(parser: *Parser) void {
        const document = parser.document;
        const rest = parser.source[parser.at..];
        const length = for (rest, 0..) |byte, index| {
            if (byte == '"' or byte == '\\' or byte < 0x20) break index;
        } else rest.len;
        @memcpy(document.text[document.text_length..][0..length], rest[0..length]);
        document.text_length += @intCast(length);
        parser.at += length;
    }

    fn escape(parser: *Parser) Error!void {
        switch (try parser.next()) {
            '"' => parser.append('"'),
            '\\' => parser.append('\\'),
            '/' => parser.append('/'),
            'b' => parser.append(0x08),
            'f' => parser.append(0x0c),
            'n' => parser.append('\n'),
            'r' => parser.append('\r'),
            't' => parser.append('\t'),
            'u' => try parser.unicodeEscape(),
            else => return error.Malformed,
        }
    }

    fn unicodeEscape(parser: *Parser) Error!void {
        const unit = try parser.hexUnit();
        const point: u21 = switch (unit) {
            0xd800...0xdbff => pair: {
                if (try parser.next() != '\\' or try parser.next() != 'u') return error.Malformed;
                const low = try parser.hexUnit();
                if (low < 0xdc00 or low > 0xdfff) return error.Malformed;
                break :pair 0x10000 + ((@as(u21, unit) - 0xd800) << 10) + (low - 0xdc00);
            },
            0xdc00...0xdfff => return error.Malformed,
            else => unit,
        };
        var encoded: [4]u8 = undefined;
        const length = std.unicode.utf8Encode(point, &encoded) catch return error.Malformed;
        for (encoded[0..length]) |byte| parser.append(byte);
    }

    fn hexUnit(parser: *Parser) Error!u16 {
        var unit: u16 = 0;
        for (0..4) |_| {
            const digit = std.fmt.charToDigit(try parser.next(), 16) catch return error.Malformed;
            unit = unit << 4 | digit;
        }
        return unit;
    }

    fn append(parser: *Parser, byte: u8) void {
        const document = parser.document;
        std.debug.assert(document.text_length < limits.body_bytes_max);
        document.text[document.text_length] = byte;
        document.text_length += 1;
    }

    fn accept(parser: *Parser, byte: u8) bool {
        if (parser.at == parser.source.len or parser.source[parser.at] != byte) return false;
        parser.at += 1;
        return true;
    }

    fn next(parser: *Parser) Error!u8 {
        if (parser.at == parser.source.len) return error.Malformed;
        defer parser.at += 1;
        return parser.source[parser.at];
    }

    fn skipSpace(parser: *Parser) void {
        while (parser.at < parser.source.len) : (parser.at += 1) {
            switch (parser.source[parser.at]) {
                ' ', '\t', '\n', '\r' => {},
                else => return,
            }
        }
    }
};
