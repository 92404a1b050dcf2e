//! A name made ready to compare: its words tagged, its legal form or surname found. Same steps as
//! matcher/names.py.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const HolderKind = @import("record.zig").HolderKind;
const Token = words.Token;

const form_words_max = 12;
const statuses_max = 3;
const number_digits_max = 4;
/// Letters that may be initials written as one word, as JP.
pub const initials_max = 3;

/// A set of words: bit i for word i.
pub const Set = u32;

pub fn bit(at: usize) Set {
    std.debug.assert(at < words.words_max);
    return @as(Set, 1) << @intCast(at);
}

pub fn has(set: Set, at: usize) bool {
    return set & bit(at) != 0;
}

/// Walks the positions in a set, ascending.
pub const Positions = struct {
    left: Set,

    pub fn next(positions: *Positions) ?usize {
        if (positions.left == 0) return null;
        defer positions.left &= positions.left - 1;
        return @ctz(positions.left);
    }
};

pub fn each(set: Set) Positions {
    return .{ .left = set };
}

/// The words by the first letters of their foldings, so that most comparisons need not be made.
pub const Heads = struct {
    buckets: [bucket_count]Set,

    const bucket_count = 32;

    fn fill(heads: *Heads, tokens: []const Token) void {
        heads.buckets = @splat(0);
        for (tokens, 0..) |*token, at| {
            for (0..token.variant_count) |number| heads.buckets[bucket(token.variant(number)[0])] |= bit(at);
        }
    }

    fn bucket(letter: u8) usize {
        return letter % bucket_count;
    }

    /// Words that may begin with the letter.
    pub fn of(heads: *const Heads, letter: u8) Set {
        return heads.buckets[bucket(letter)];
    }

    /// Words that may begin as a folding of `token` does.
    pub fn like(heads: *const Heads, token: *const Token) Set {
        var set: Set = 0;
        for (0..token.variant_count) |number| set |= heads.of(token.variant(number)[0]);
        return set;
    }
};

/// The classes of a legal form.
const Forms = struct {
    buffer: [tables.forms_max]u16,
    count: u8,

    pub fn set(forms: *Forms, list: []align(1) const u16) void {
        for (list, 0..) |form, at| forms.buffer[at] = form;
        forms.count = @intCast(list.len);
    }

    pub fn items(forms: *const Forms) []const u16 {
        return forms.buffer[0..forms.count];
    }

    /// Keeps only what is in `list` too; false, and unchanged, if that is nothing.
    fn narrow(forms: *Forms, list: []align(1) const u16) bool {
        var kept: u8 = 0;
        var narrowed: [tables.forms_max]u16 = undefined;
        for (forms.items()) |form| {
            if (std.mem.findScalar(u16, @alignCast(list), form) == null) continue;
            narrowed[kept] = form;
            kept += 1;
        }
        if (kept == 0) return false;
        forms.* = .{ .buffer = narrowed, .count = kept };
        return true;
    }
};

/// The words of one name and what each is.
pub const Prepared = struct {
    kind: HolderKind,
    tokens: []const Token,
    words: [words.words_max]tables.WordPointer,
    numbers: [words.words_max]u16,
    heads: Heads,
    /// The words that must fit.
    core: Set,
    /// Titles, particles and connecting words: free to be missing.
    light: Set,
    /// Junior, III and their like.
    generations: Set,
    forms: Forms,
    surname: Set,
    /// The first given name.
    given: ?u8,
    /// Whether a comma or capitals mark the surname.
    certain: bool,

    pub fn prepare(name: *Prepared, tokens: []const Token, kind: HolderKind) void {
        std.debug.assert(tokens.len <= words.words_max);
        name.kind = kind;
        name.tokens = tokens;
        name.core = 0;
        name.light = 0;
        name.generations = 0;
        name.heads.fill(tokens);
        name.forms.count = 0;
        name.surname = 0;
        name.given = null;
        name.certain = false;
        for (tokens, name.words[0..tokens.len], name.numbers[0..tokens.len]) |*token, *word, *number| {
            word.* = lookedUp(token);
            number.* = 0;
        }
        switch (kind) {
            .person => name.preparePerson(),
            .organisation => name.prepareOrganisation(),
        }
    }

    /// Scripts of the core words.
    pub fn scripts(name: *const Prepared) u8 {
        var all: u8 = 0;
        var positions = each(name.core);
        while (positions.next()) |i| all |= name.tokens[i].scripts;
        return all;
    }

    fn preparePerson(name: *Prepared) void {
        var signs: Set = 0;
        var weak: Set = 0;
        for (name.tokens, 0..) |*token, i| {
            const word = name.words[i];
            const single = token.length() == 1;
            const initial = single and (token.upper or token.dot);
            const joins = word.is(tables.connector) and !initial;
            const passes = word.is(tables.title | tables.particle) and !single;
            if (token.sign) {
                signs |= bit(i);
            } else if (word.sex != 0 or (!joins and !passes)) {
                name.core |= bit(i);
            } else if (word.is(tables.weak)) {
                weak |= bit(i);
            } else {
                name.light |= bit(i);
            }
        }
        name.light |= signs;
        name.placeWeak(weak);
        var positions = each(name.core);
        while (positions.next()) |i| {
            if (i > 0 and name.words[i].is(tables.generation)) name.generations |= bit(i);
        }
        if (@popCount(name.core & ~name.generations) < 2) {
            name.core |= name.light & ~signs;
            name.light = signs;
            name.generations = 0;
        }
        name.findSurname();
    }

    /// Counts weak particles as such only inside a name that holds a known given name; else they are names.
    fn placeWeak(name: *Prepared, weak: Set) void {
        if (weak == 0) return;
        const core = name.core;
        var known = false;
        var positions = each(core);
        while (positions.next()) |i| {
            const sex = name.words[i].sex;
            if (sex == tables.male or sex == tables.female) known = true;
        }
        var comma = false;
        for (name.tokens) |*token| comma = comma or token.comma;
        positions = each(weak);
        while (positions.next()) |i| {
            const inside = core & (bit(i) - 1) != 0 and core >> @intCast(i) != 0;
            if (known and (inside or comma)) {
                name.light |= bit(i);
            } else {
                name.core |= bit(i);
            }
        }
    }

    fn findSurname(name: *Prepared) void {
        var buffer: [words.words_max]u8 = undefined;
        var count: usize = 0;
        var positions = each(name.core & ~name.generations);
        while (positions.next()) |i| : (count += 1) buffer[count] = @intCast(i);
        const order = buffer[0..count];
        if (count == 0) return;
        if (count == 1) {
            name.surname = bit(order[0]);
            return;
        }
        name.surname = name.byComma(order);
        if (name.surname == 0) name.surname = name.byCapitals(order);
        name.certain = name.surname != 0;
        if (name.surname == 0) name.surname = name.byPosition(order);
        for (order) |i| {
            if (has(name.surname, i)) continue;
            name.given = i;
            return;
        }
    }

    /// The block before the only comma between core words.
    fn byComma(name: *const Prepared, order: []const u8) Set {
        var block: Set = 0;
        var before: Set = bit(order[0]);
        for (order[0 .. order.len - 1], order[1..]) |a, b| {
            for (a + 1..b + 1) |i| {
                if (!name.tokens[i].comma) continue;
                if (block != 0) return 0;
                block = before;
                break;
            }
            before |= bit(b);
        }
        return block;
    }

    /// The block in capitals at either end, where other words are not.
    fn byCapitals(name: *const Prepared, order: []const u8) Set {
        var capitals: Set = 0;
        var small = false;
        for (order) |i| {
            if (!name.tokens[i].upper) small = true;
            if (name.tokens[i].upper and name.tokens[i].length() > initials_max) capitals |= bit(i);
        }
        const count = @popCount(capitals);
        if (count == 0 or !small) return 0;
        var first: Set = 0;
        var last: Set = 0;
        for (order[0..count]) |i| first |= bit(i);
        for (order[order.len - count ..]) |i| last |= bit(i);
        return if (capitals == first or capitals == last) capitals else 0;
    }

    /// The last word and all that hang on it, or the first where only the last is a known given name.
    fn byPosition(name: *const Prepared, order: []const u8) Set {
        if (name.words[order[order.len - 1]].sex != 0 and name.words[order[0]].sex == 0) return bit(order[0]);
        var start = order.len - 1;
        while (start > 1 and name.tokens[order[start]].hyphen) start -= 1;
        for (1..start) |at| {
            if (!name.particleBetween(order[at - 1], order[at])) continue;
            start = at;
            break;
        }
        var surname: Set = 0;
        for (order[start..]) |i| surname |= bit(i);
        return surname;
    }

    fn particleBetween(name: *const Prepared, before: usize, after: usize) bool {
        for (before + 1..after) |i| if (name.words[i].is(tables.particle)) return true;
        return false;
    }

    fn prepareOrganisation(name: *Prepared) void {
        const range = name.stripForms();
        for (range.first..range.last) |i| {
            const token = &name.tokens[i];
            const word = name.words[i];
            const interior = range.first < i and i + 1 < range.last;
            const joins = word.is(tables.connector) and interior and
                !(token.length() == 1 and name.abbreviated(i));
            if (token.sign or joins or (word.is(tables.particle) and token.length() > 1)) {
                name.light |= bit(i);
            } else {
                name.core |= bit(i);
            }
        }
        if (name.core == 0) {
            var positions = each(name.light);
            while (positions.next()) |i| if (!name.tokens[i].sign) {
                name.core |= bit(i);
            };
            name.light &= ~name.core;
        }
        for (name.tokens, 0..) |*token, i| {
            name.numbers[i] = numberOf(token, name.words[i], name.core & (bit(i) - 1) == 0);
        }
    }

    /// Whether a letter is part of a dotted abbreviation.
    fn abbreviated(name: *const Prepared, i: usize) bool {
        return name.tokens[i].dot or name.tokens[i - 1].dot;
    }

    const Range = struct { first: usize, last: usize };
    const Found = struct { at: usize, word: tables.WordPointer };

    /// Finds the legal form at the end, else at the start; returns the range of words that is left.
    fn stripForms(name: *Prepared) Range {
        var range: Range = .{ .first = 0, .last = name.tokens.len };
        for (0..statuses_max) |_| {
            const found = name.formAtEnd(range.last) orelse break;
            range.last = found.at;
            if (found.word.form_count == 0) continue;
            name.forms.set(found.word.forms());
            break;
        }
        const found = name.formAtStart(range.last) orelse return range;
        if (name.forms.count == 0) {
            name.forms.set(found.word.forms());
            range.first = found.at;
        } else if (name.forms.narrow(found.word.forms())) {
            range.first = found.at;
        }
        return range;
    }

    fn formAtEnd(name: *const Prepared, last: usize) ?Found {
        for (@max(1, last -| form_words_max)..@max(1, last)) |start| {
            const word = name.joinedWord(start, last) orelse continue;
            if (word.form_count == 0 and !word.is(tables.status)) continue;
            if (name.hasContent(0, start)) return .{ .at = start, .word = word };
        }
        return null;
    }

    fn formAtStart(name: *const Prepared, last: usize) ?Found {
        var end = @min(last -| 1, form_words_max);
        while (end > 0) : (end -= 1) {
            const word = name.joinedWord(0, end) orelse continue;
            if (word.form_count == 0 or !word.is(tables.prefix)) continue;
            if (name.hasContent(end, last)) return .{ .at = end, .word = word };
        }
        return null;
    }

    fn hasContent(name: *const Prepared, start: usize, end: usize) bool {
        for (name.tokens[start..end]) |*token| if (!token.sign) return true;
        return false;
    }

    /// Looks the words up as one, without the signs & and +, in each convention. A sign at either end belongs
    /// to the name (B+ GmbH), but for the one in "& Co. KG".
    fn joinedWord(name: *const Prepared, start: usize, end: usize) ?tables.WordPointer {
        if (name.tokens[end - 1].sign) return null;
        if (name.tokens[start].sign and !isCompany(&name.tokens[start + 1])) return null;
        var total: usize = 0;
        var count: usize = 0;
        for (name.tokens[start..end]) |*token| {
            if (token.sign) continue;
            total += token.length();
            count = @max(count, token.variant_count);
        }
        if (total > tables.key_bytes_max) return null;
        var key: [tables.key_bytes_max]u8 = undefined;
        next: for (0..count) |number| {
            var length: usize = 0;
            for (name.tokens[start..end]) |*token| {
                if (token.sign) continue;
                const text = token.variant(number);
                if (text.len > key.len - length) continue :next;
                @memcpy(key[length..][0..text.len], text);
                length += text.len;
            }
            if (tables.find(key[0..length])) |word| return word;
        }
        return null;
    }
};

fn isCompany(token: *const Token) bool {
    return std.mem.eql(u8, token.variant(0), "co");
}

fn lookedUp(token: *const Token) tables.WordPointer {
    for (0..token.variant_count) |number| {
        if (tables.find(token.variant(number))) |word| return word;
    }
    return &tables.unknown;
}

/// The value of digits, or of a numeral that does not begin the name.
fn numberOf(token: *const Token, word: tables.WordPointer, first: bool) u16 {
    const text = token.variant(0);
    if (token.digits and token.scripts == 0 and text.len <= number_digits_max) {
        var value: u16 = 0;
        for (text) |digit| value = value * 10 + (digit - '0');
        return value;
    }
    return if (first) 0 else word.number;
}
