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

/// A given name and a surname.
const names_min = 2;

const passing = tables.title | tables.particle | tables.connector | tables.generation;

/// Tags the words; `core` is empty if there is nothing to compare.
pub fn prepare(name: *Prepared, text: words.Text) void {
    name.init(.person, text);
    const signs = tag(name);
    if (std.mem.findScalar(u8, name.gaps, words.dot) != null) findDotted(name);
    if (name.words.len > 1 and name.gaps[1] == words.hyphen and name.words[0].letters == 1) findHyphened(name);
    if (name.words.len > names_min and name.words[0].letter() and name.dot(0)) findDon(name);
    for (name.gaps) |gap| {
        if (gap & words.comma == 0) continue;
        findDegrees(name);
        break;
    }
    findGenerations(name);
    if (@popCount(name.core & ~name.generations) < names_min) takeBack(name, signs);
    findSurname(name);
}

/// Tells the words that must fit from those that may be missing; the signs among these.
fn tag(name: *Prepared) Set {
    var signs: Set = 0;
    var weak: Set = 0;
    var titles: Set = 0;
    for (name.words, 0..) |*folded, i| {
        const word = folded.word;
        if (folded.sign) {
            signs |= bit(i);
        } else if (!word.is(passing)) {
            name.core |= bit(i);
        } else if (folded.length() > 1 and isTitle(name, i)) {
            titles |= withMonsieur(name, i);
        } else if (word.sex != 0 or !passes(name, i)) {
            name.core |= bit(i);
        } else if (word.is(tables.weak)) {
            weak |= bit(i);
        } else {
            name.light |= bit(i);
        }
    }
    name.core &= ~titles;
    name.light |= signs | titles;
    name.titles = titles;
    const light = name.light & ~signs & ~titles;
    if (weak != 0) placeWeak(name, weak);
    if (light != 0) settleOuter(name, light);
    return signs;
}

/// Lets particles and connecting words be names where they link nothing: Xiao Ming Du, Des Michael Lynam.
fn settleOuter(name: *Prepared, light: Set) void {
    var commas = false;
    for (name.gaps) |gap| commas = commas or gap & words.comma != 0;
    var positions = each(light);
    while (positions.next()) |i| {
        const leading = name.core & (bit(i) - 1) == 0;
        const trailing = name.core >> @intCast(i) == 0 and !commas;
        if (!leading and !trailing) continue;
        const last = i + 1 == name.words.len;
        if (!last and has(name.titles, i + 1)) continue;
        const known = !last and !commas and name.words[i + 1].word.sex != 0;
        if (!trailing and name.words[i].word.is(tables.particle) and !known) continue;
        name.core |= bit(i);
        name.light &= ~bit(i);
    }
}

/// Whether a word is a title; a weak one is only with a full stop, or in capitals behind a whole name. A
/// noble one is inside a name before a particle. At the start, Sr. is no generation but senhor.
fn isTitle(name: *const Prepared, i: usize) bool {
    const folded = &name.words[i];
    // Behind a name, Sr. is senior.
    if (!folded.word.is(tables.title)) return i == 0 and words.equal(folded.first(), "sr") and name.dot(i);
    if (folded.word.tells(tables.subject)) {
        return i > 0 and name.dot(i) and (name.comma(i) or name.words[i - 1].word.is(tables.title));
    }
    if (folded.word.tells(tables.front)) return isInFront(name, i);
    if (!folded.word.is(tables.weak) or name.dot(i)) return true;
    if (folded.word.is(tables.noble)) {
        return i > 0 and i + 1 < name.words.len and name.words[i + 1].word.is(tables.particle);
    }
    if (!folded.word.is(tables.capitals) or i + 1 != name.words.len or i < names_min) return false;
    return folded.upper and !(name.words[0].upper and name.words[i - 1].upper);
}

/// Whether a form of address stands before a name: at its start, behind a title, a comma or "and". One that is
/// a given name too needs a full stop, or a known given name and another word (Don Diego Robledo).
fn isInFront(name: *const Prepared, i: usize) bool {
    const is_forename = name.words[i].word.tells(tables.forename);
    if (is_forename and name.dot(i)) return true;
    if (i + 1 == name.words.len) return false;
    if (i > 0 and !name.comma(i)) {
        const behind = &name.words[i - 1];
        if (!behind.sign and !behind.word.is(tables.title | tables.connector)) return false;
    }
    if (!is_forename) return true;
    return name.words[i + 1].word.sex != 0 and countNames(name) >= names_min;
}

fn countNames(name: *const Prepared) usize {
    var count: usize = 0;
    for (name.words) |*folded| count += @intFromBool(!folded.sign and !folded.word.is(passing));
    return count;
}

/// Finds M. for Monsieur, or D. for Don, before what may be a man's given name and another word.
fn findDon(name: *Prepared) void {
    const first = name.words[0].first();
    if (!words.equal(first, "m") and !words.equal(first, "d")) return;
    const rest = name.core & ~bit(0);
    if (!has(rest, 1) or @popCount(rest) < names_min or name.comma(1)) return;
    const given = &name.words[1];
    if (given.word.sex & tables.male == 0 or given.letter()) return;
    lighten(name, bit(0));
    name.titles |= bit(0);
}

/// A title, and the initial that is one beside it: M. et Mme, Sr. D.
fn withMonsieur(name: *const Prepared, i: usize) Set {
    if (i == 0 and name.words[0].word.is(tables.generation)) {
        const don = name.words.len > 1 and words.equal(name.words[1].first(), "d") and name.dot(1);
        return if (don) bit(0) | bit(1) else bit(0);
    }
    if (i < 2) return bit(i);
    const between = &name.words[i - 1];
    if (!between.sign and !between.word.is(tables.connector)) return bit(i);
    const monsieur = words.equal(name.words[i - 2].first(), "m") and name.dot(i - 2);
    return if (monsieur) bit(i) | bit(i - 2) else bit(i);
}

/// Whether a word links others: a particle, or a connecting word (a single letter only between two).
fn passes(name: *const Prepared, i: usize) bool {
    const folded = &name.words[i];
    if (folded.length() > 1) return folded.word.is(tables.particle | tables.connector);
    if (!folded.word.is(tables.connector) or folded.upper or name.dot(i)) return false;
    return i > 0 and i + 1 < name.words.len;
}

/// Finds titles and particles with a full stop inside: Sig.ra, Ph.D., v.d.; M.A. may be initials too.
fn findDotted(name: *Prepared) void {
    var start: usize = 0;
    for (1..name.words.len + 1) |end| {
        if (end < name.words.len and name.gaps[end] == words.dot) continue;
        defer start = end;
        if (end - start < 2) continue;
        const run = name.words[start..end];
        const found = setBetween(start, end);
        const word = findJoined(name, found) orelse continue;
        var longer = false;
        var upper = false;
        for (run) |*folded| {
            longer = longer or folded.length() > 1;
            upper = upper or folded.upper;
        }
        // Letters in small belong to the title before them: Dr. h.c.
        const honorary = start > 0 and has(name.titles, start - 1) and !upper;
        if (word.is(tables.title) and (longer or honorary or isDegree(name, start, end))) {
            lighten(name, found);
            name.titles |= found;
        } else if (word.is(tables.particle) and !upper) {
            lighten(name, found);
        }
    }
}

/// Whether letters behind a given name and a surname are a degree, and no initials: Otto Hess M.A.
fn isDegree(name: *const Prepared, start: usize, end: usize) bool {
    var buffer: [words.words_max]u8 = undefined;
    const before = prepared.list(name.core & prepared.below(start), &buffer);
    if (end < name.words.len or before.len < names_min) return false;
    const last = before[before.len - 1];
    if (name.dot(last)) return false;
    for (name.words[start..end]) |*folded| if (!folded.upper) return false;
    var small = false;
    for (before) |i| small = small or !name.words[i].upper;
    return small and name.words[before[0]].word.sex != 0 and name.words[last].word.sex == 0;
}

/// The words from `start` to before `end`, which may lie behind the last possible one.
fn setBetween(start: usize, end: usize) Set {
    var set: Set = 0;
    for (start..end) |i| set |= bit(i);
    return set;
}

/// What the lexicon says of some words written together.
fn findJoined(name: *const Prepared, set: Set) ?tables.WordPointer {
    var key: [tables.key_bytes_max]u8 = undefined;
    var length: usize = 0;
    var positions = each(set);
    while (positions.next()) |i| {
        const first = name.words[i].first();
        if (length + first.len > key.len) return null;
        @memcpy(key[length..][0..first.len], first);
        length += first.len;
    }
    return tables.find(key[0..length]);
}

/// Finds a title that is written with a hyphen at the start, as Bulgarian d-r.
fn findHyphened(name: *Prepared) void {
    const both = bit(0) | bit(1);
    const word = findJoined(name, both) orelse return;
    if (!word.is(tables.title) or word.is(tables.weak)) return;
    lighten(name, both);
    name.titles |= both;
}

fn lighten(name: *Prepared, set: Set) void {
    name.core &= ~set;
    name.light |= set;
}

/// Finds degrees behind the last comma (Lewis Lyons, M.A.), where a whole name stands before it. The same
/// letters may be initials, or a name in a text of capitals: "Lyons, M.A." and "ALI HASSAN, MD".
fn findDegrees(name: *Prepared) void {
    if (name.words.len == 0) return;
    var start = name.words.len - 1;
    while (start > 0 and !name.comma(start)) start -= 1;
    const before = name.core & prepared.below(start);
    const tail = name.core & ~before;
    if (start == 0 or tail == 0 or @popCount(before) < 2) return;
    var known = false;
    var small = false;
    var positions = each(before);
    while (positions.next()) |i| {
        known = known or name.words[i].word.sex != 0;
        small = small or !name.words[i].upper;
    }
    if (!known) return;
    var dotted = true;
    positions = each(tail);
    while (positions.next()) |i| {
        if (!name.words[i].upper) return;
        dotted = dotted and name.dot(i);
    }
    if (!dotted and !small) return;
    const word = findJoined(name, tail) orelse return;
    if (!word.is(tables.title)) return;
    lighten(name, tail);
    name.titles |= tail;
}

/// Lets particles be names beside a single other word (Maria De), and titles behind it (Norbert Herr).
fn takeBack(name: *Prepared, signs: Set) void {
    const titles = name.titles;
    var beside_titles: Set = 0;
    var positions = each(name.light);
    while (positions.next()) |i| {
        if (joinsTitles(name, i)) beside_titles |= bit(i);
    }
    name.core |= name.light & ~signs & ~titles & ~beside_titles;
    if (name.core == 0) {
        name.core = titles;
    } else if (@popCount(name.core) == 1) {
        name.core |= titles & ~(name.core - 1);
    }
    name.titles = titles & ~name.core;
    name.light &= ~name.core;
    name.generations = 0;
}

/// Whether a connecting word stands before a title: Herr und Frau.
fn joinsTitles(name: *const Prepared, i: usize) bool {
    if (i + 1 >= name.words.len) return false;
    return name.words[i].word.is(tables.connector) and has(name.titles, i + 1);
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

/// Finds junior and its like; at the start, and those that are other words too, only with a full stop.
fn findGenerations(name: *Prepared) void {
    var positions = each(name.core);
    while (positions.next()) |i| {
        const word = name.words[i].word;
        const outer = i == 0 or i + 1 == name.words.len;
        const found = if (word.is(tables.generation))
            i > 0 or name.dot(i)
        else
            word.tells(tables.younger | tables.elder) and outer and name.dot(i);
        if (found) name.generations |= bit(i);
    }
    if (name.words.len < 2) return;
    const start = name.words.len - 2;
    const both = bit(start) | bit(start + 1);
    if (name.core & both == both and isByArticle(name, start)) name.generations |= both;
}

/// Whether a name ends with d. J. or d. Ä., der Jüngere or der Ältere.
fn isByArticle(name: *const Prepared, start: usize) bool {
    const article = &name.words[start];
    const letter = &name.words[start + 1];
    if (!words.equal(article.first(), "d") or article.upper or !name.dot(start)) return false;
    if (!letter.letter() or !letter.upper) return false;
    return letter.first()[0] == 'j' or letter.first()[0] == 'a';
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

/// The last word and all that hang on it, or what stands first where the end is a given name: a known one
/// behind an unknown word, or initials behind words of which the first is no known given name.
fn byPosition(name: *const Prepared, order: []const u8) Set {
    const last = order.len - 1;
    const first_word = &name.words[order[0]];
    if (first_word.word.sex == 0 and !first_word.letter()) {
        const last_word = &name.words[order[last]];
        if (last_word.letter()) return withoutLetters(name, order);
        if (last_word.word.sex != 0) return bit(order[0]);
    }
    var start = last;
    while (start > 1 and hyphenBetween(name, order[start - 1], order[start])) start -= 1;
    for (1..start) |at| {
        if (!particleBetween(name, order[at - 1], order[at])) continue;
        start = at;
        break;
    }
    return setOf(order[start..]);
}

fn withoutLetters(name: *const Prepared, order: []const u8) Set {
    var set: Set = 0;
    for (order) |i| if (!name.words[i].letter()) {
        set |= bit(i);
    };
    return set;
}

fn hyphenBetween(name: *const Prepared, before: usize, at: usize) bool {
    for (before + 1..at + 1) |i| if (name.hyphen(i)) return true;
    return false;
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
