//! Tags the words of a person's name: titles, particles, generations, and which words are the surname. Same
//! as matcher/persons/prepare.py.

const std = @import("std");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const words = @import("../words.zig");
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const bit = prepared.bit;
const each = prepared.each;
const has = prepared.has;

/// Letters that may be initials written as one word, as JP.
pub const initials_max = 3;

/// Tags the words; `core` is empty if there is nothing to compare.
pub fn prepare(name: *Prepared, text: words.Text) void {
    name.init(.person, text);
    var signs: Set = 0;
    var weak: Set = 0;
    for (name.words, 0..) |*folded, i| {
        const word = folded.word;
        const single = folded.length() == 1;
        const joins = word.is(tables.connector) and !(single and (folded.upper or name.dot(i)));
        const passes = word.is(tables.title | tables.particle) and !single;
        if (folded.sign) {
            signs |= bit(i);
        } else if (word.sex != 0 or !(joins or passes)) {
            name.core |= bit(i);
        } else if (word.is(tables.weak)) {
            weak |= bit(i);
        } else {
            name.light |= bit(i);
        }
    }
    name.light |= signs;
    if (weak != 0) placeWeak(name, weak);
    findGenerations(name);
    if (@popCount(name.core & ~name.generations) < 2) {
        name.core |= name.light & ~signs;
        name.light = signs;
        name.generations = 0;
    }
    findSurname(name);
}

/// Counts weak particles as such only inside a name that holds a known given name; else they are names.
fn placeWeak(name: *Prepared, weak: Set) void {
    const core = name.core;
    var known = false;
    var positions = each(core);
    while (positions.next()) |i| {
        const sex = name.words[i].word.sex;
        known = known or sex == tables.male or sex == tables.female;
    }
    var comma = false;
    for (0..name.words.len) |i| comma = comma or name.comma(i);
    positions = each(weak);
    while (positions.next()) |i| {
        const inside = core & prepared.below(i) != 0 and core >> @intCast(i) != 0;
        if (known and (inside or comma)) {
            name.light |= bit(i);
        } else {
            name.core |= bit(i);
        }
    }
}

fn findGenerations(name: *Prepared) void {
    var positions = each(name.core);
    while (positions.next()) |i| {
        if (i > 0 and name.words[i].word.is(tables.generation)) name.generations |= bit(i);
    }
}

fn findSurname(name: *Prepared) void {
    var buffer: [words.words_max]u8 = undefined;
    const order = prepared.list(name.core & ~name.generations, &buffer);
    if (order.len == 0) return;
    if (order.len == 1) {
        name.surname = bit(order[0]);
        return;
    }
    name.surname = byComma(name, order);
    if (name.surname == 0) name.surname = byCapitals(name, order);
    name.certain = name.surname != 0;
    if (name.surname == 0) name.surname = byPosition(name, order);
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
            if (!name.comma(i)) continue;
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
        const folded = &name.words[i];
        if (!folded.upper) small = true;
        if (folded.upper and folded.length() > initials_max) capitals |= bit(i);
    }
    const count = @popCount(capitals);
    if (count == 0 or !small) return 0;
    const first = setOf(order[0..count]);
    const last = setOf(order[order.len - count ..]);
    return if (capitals == first or capitals == last) capitals else 0;
}

/// The last word and all that hang on it, or the first where only the last is a known given name.
fn byPosition(name: *const Prepared, order: []const u8) Set {
    const last = order.len - 1;
    if (name.words[order[last]].word.sex != 0 and name.words[order[0]].word.sex == 0) return bit(order[0]);
    var start = last;
    while (start > 1 and name.hyphen(order[start])) start -= 1;
    for (1..start) |at| {
        if (!particleBetween(name, order[at - 1], order[at])) continue;
        start = at;
        break;
    }
    return setOf(order[start..]);
}

fn particleBetween(name: *const Prepared, before: usize, after: usize) bool {
    for (before + 1..after) |i| if (name.words[i].word.is(tables.particle)) return true;
    return false;
}

fn setOf(positions: []const u8) Set {
    var set: Set = 0;
    for (positions) |i| set |= bit(i);
    return set;
}
