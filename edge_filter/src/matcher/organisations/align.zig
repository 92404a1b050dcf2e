//! The near fits of organisations' names: another spacing, short forms, an acronym, one slip of the pen. Same as
//! matcher/organisations/align.py.

const std = @import("std");
const alignment = @import("../alignment.zig");
const distance = @import("../distance.zig");
const letters = @import("letters.zig");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const texts = @import("../texts.zig");
const typos = @import("../typos.zig");
const words = @import("../words.zig");
const Alignment = alignment.Alignment;
const Folded = words.Folded;
const Letters = letters.Letters;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Steps = alignment.Steps;
const bit = prepared.bit;
const each = prepared.each;

const typo_lengths: typos.Lengths = .{ .one = 4, .two = 8, .first = 6 };
/// For words beside which no other fits.
const typo_alone_lengths: typos.Lengths = .{
    .one = 6,
    .two = 8,
    .first = 6,
    .replaced = .{ .one = 7, .two = 8, .first = 6 },
};
const typo_words_max = 2;
/// The shorter legal form's letters from which one, and two, edits are a slip in it.
const form_slip_lengths = .{ .one = 4, .two = 8 };
const form_letters_max = 64;
pub const acronym_letters_min = 3;
/// Letters that are left of a shortened word without a full stop behind it.
const shortened_letters_min = 4;
/// The same where no other word fits, and half the word must be left (Berg is not Bergmann).
const shortened_alone_letters_min = 6;
/// Letters that are left of a shortened word with one (Baker. for Bakeries).
const dotted_letters_min = 3;
/// Letters that a shortened word without one lost: fewer may be an ending (Astor, Astoria).
const lost_letters_min = 3;
const known_tags = tables.generic | tables.particle | tables.connector | tables.number_word;

/// Aligns two organisations' names: what is equal first, then each near fit in turn.
pub fn alignNames(
    found: *Alignment,
    typed: *const Prepared,
    registered: *const Prepared,
    budget: u8,
    steps: *Steps,
) Steps.Error!void {
    try found.alignEqual(typed, registered, steps);
    if (found.typedLeft() == 0 and found.registeredLeft() == 0) return;
    if (writtenAlike(typed, registered)) return linkWholly(found, typed, registered);
    fitDotted(found);
    if (budget > 0) try fitFormSlip(found, steps);
    try fitOutside(found, steps);
    if (found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    fitRun(found);
    try fitShortened(found, steps);
    fitAcronym(found);
    if (budget > 0) try typos.fit(found, budget, typo_words_max, Slips.of(found), steps);
}

/// Whether the names, forms and all, are the same letters, parted into words in another way.
fn writtenAlike(typed: *const Prepared, registered: *const Prepared) bool {
    if (typed.words[0].first()[0] != registered.words[0].first()[0]) return false;
    const typed_letters: Letters = .of(typed, prepared.before(typed.words.len));
    if (!typed_letters.same(.of(registered, prepared.before(registered.words.len)))) return false;
    return !numbersMeet(typed) and !numbersMeet(registered);
}

/// Whether two words with digits stand side by side, so that spaces tell one number from another.
fn numbersMeet(name: *const Prepared) bool {
    for (name.words[0 .. name.words.len - 1], name.words[1..]) |*a, *b| {
        if (a.digits and b.digits) return true;
    }
    return false;
}

/// Aligns all words to all.
fn linkWholly(found: *Alignment, typed: *const Prepared, registered: *const Prepared) void {
    found.clear(typed, registered);
    const weight = letters.count(typed, typed.core) + letters.count(registered, registered.core);
    found.link(typed.core | typed.light, registered.core | registered.light, .joined, weight);
}

/// Fits a short form with a full stop inside to its full word.
fn fitDotted(found: *Alignment) void {
    const typed = found.typed;
    const registered = found.registered;
    for (typed.dotted[0..typed.words.len], 0..) |synonym, i| {
        if (synonym == 0) continue;
        const j = synonymOf(synonym, registered, found.registeredLeft()) orelse continue;
        const run = bit(i) | bit(i + 1);
        if (found.typedLeft() & run != run) continue;
        found.link(run, bit(j), .synonym, letters.count(typed, run) + registered.words[j].length());
    }
    for (registered.dotted[0..registered.words.len], 0..) |synonym, j| {
        if (synonym == 0) continue;
        const i = synonymOf(synonym, typed, found.typedLeft()) orelse continue;
        const run = bit(j) | bit(j + 1);
        if (found.registeredLeft() & run != run) continue;
        found.link(bit(i), run, .synonym, letters.count(registered, run) + typed.words[i].length());
    }
}

/// The first of some words that is a full word's or its short form.
fn synonymOf(synonym: u16, name: *const Prepared, among: Set) ?usize {
    var positions = each(among);
    while (positions.next()) |i| if (name.words[i].word.synonym == synonym) return i;
    return null;
}

/// Fits the last words of one side to the other's legal form that they are but for a slip (Gmbbh).
fn fitFormSlip(found: *Alignment, steps: *Steps) Steps.Error!void {
    const typed_left = found.typedLeft();
    const left = typed_left | found.registeredLeft();
    if (typed_left != 0 and found.registeredLeft() != 0) return;
    const name = if (typed_left != 0) found.typed else found.registered;
    const other = if (typed_left != 0) found.registered else found.typed;
    if (name.forms.count > 0 or other.forms.count == 0) return;
    if (left != prepared.before(name.words.len) & ~prepared.below(@ctz(left))) return;
    var buffers: [2][form_letters_max]u8 = undefined;
    const slipped = write(name, left, &buffers[0]) orelse return;
    const form = write(other, outside(other), &buffers[1]) orelse return;
    const shorter = @min(slipped.len, form.len);
    const most: u8 = if (shorter >= form_slip_lengths.two) 2 else 1;
    if (shorter < form_slip_lengths.one or @max(slipped.len, form.len) - shorter > most) return;
    try steps.take(alignment.steps_per_distance);
    const edits = distance.osa(slipped, form, most);
    if (edits > most) return;
    if (name == found.typed) {
        found.link(left, outside(other), .typo, 0);
    } else {
        found.link(outside(other), left, .typo, 0);
    }
    found.fits.add(.typo);
    found.weight += @as(u32, @intCast(slipped.len)) - edits;
}

/// The letters of a set of words, if they are ASCII and not too many.
fn write(name: *const Prepared, set: Set, buffer: *[form_letters_max]u8) ?[]const u8 {
    var walk: Letters = .of(name, set);
    var length: usize = 0;
    while (walk.next()) |letter| : (length += 1) {
        if (length == form_letters_max or letter >= 0x80) return null;
        buffer[length] = letter;
    }
    return buffer[0..length];
}

/// Fits words of one side to those that the other side's legal form took ("Nordlicht Investment AG").
fn fitOutside(found: *Alignment, steps: *Steps) Steps.Error!void {
    const typed = found.typed;
    const registered = found.registered;
    var typed_outside = outside(typed);
    var registered_outside = outside(registered);
    if (typed_outside | registered_outside == 0) return;
    try steps.take(typed.words.len * registered.words.len);
    var positions = each(typed_outside);
    while (positions.next()) |i| {
        const j = like(&typed.words[i], registered, registered_outside) orelse continue;
        typed_outside &= ~bit(i);
        registered_outside &= ~bit(j);
    }
    positions = each(found.typedLeft());
    while (positions.next()) |i| {
        const j = like(&typed.words[i], registered, registered_outside) orelse continue;
        registered_outside &= ~bit(j);
        found.link(bit(i), bit(j), .full, 0);
        found.weight += typed.words[i].length();
    }
    positions = each(found.registeredLeft());
    while (positions.next()) |j| {
        const i = like(&registered.words[j], typed, typed_outside) orelse continue;
        typed_outside &= ~bit(i);
        found.link(bit(i), bit(j), .full, 0);
        found.weight += registered.words[j].length();
    }
}

/// The first of some words that shares a folding with another name's word.
fn like(word: *const Folded, name: *const Prepared, among: Set) ?usize {
    var positions = each(among);
    while (positions.next()) |j| if (word.shares(&name.words[j])) return j;
    return null;
}

/// The words of the legal form.
fn outside(name: *const Prepared) Set {
    return prepared.before(name.words.len) & ~(name.core | name.light | name.branch);
}

/// Fits what is left, a run of words on each side, if it is the same letters (A.B.C.D. Werke).
fn fitRun(found: *Alignment) void {
    const typed_left = found.typedLeft();
    const registered_left = found.registeredLeft();
    if (!isWordRun(found.typed, typed_left) or !isWordRun(found.registered, registered_left)) return;
    const typed: Letters = .of(found.typed, typed_left);
    if (!typed.same(.of(found.registered, registered_left))) return;
    const weight = letters.count(found.typed, typed_left) + letters.count(found.registered, registered_left);
    found.link(typed_left, registered_left, .joined, weight);
}

/// Whether words are neighbours, and none of them holds a digit.
fn isWordRun(name: *const Prepared, set: Set) bool {
    if ((set +% (set & (~set +% 1))) & set != 0) return false;
    var positions = each(set);
    while (positions.next()) |i| if (name.words[i].digits) return false;
    return true;
}

/// Fits words one of which shortens the other: by a table, or by leaving out its end.
fn fitShortened(found: *Alignment, steps: *Steps) Steps.Error!void {
    const typed = found.typed;
    const registered = found.registered;
    const typed_left = found.typedLeft();
    try steps.take(@as(usize, @popCount(typed_left)) * @popCount(found.registeredLeft()));
    const alone = found.fits.bits == 0;
    var rows = each(typed_left);
    while (rows.next()) |i| {
        const word = &typed.words[i];
        const ambiguous = word.word.variant_count > 0;
        const alike = registered.index.beginLike(word);
        var columns = each(found.registeredLeft() & if (ambiguous) std.math.maxInt(Set) else alike);
        while (columns.next()) |j| {
            const other = &registered.words[j];
            const lost = @max(word.length(), other.length()) - @min(word.length(), other.length());
            const shortened = lost > 0 and if (word.length() < other.length())
                shortens(typed, i, other, alone)
            else
                shortens(registered, j, word, alone);
            if (!shortened and !(ambiguous and means(word.word, other.word))) continue;
            found.linkWords(i, j, .abbreviation, lost);
            break;
        }
    }
}

/// Whether one is a short form that may mean the other; a given name's short form is none here.
fn means(word: tables.WordPointer, other: tables.WordPointer) bool {
    if (word.sex != 0 and other.sex != 0) return false;
    for (word.variants()) |a| for (other.variants()) |b| if (a == b) return true;
    return false;
}

/// Whether a word is the beginning of another; `alone` where no other words fit.
fn shortens(name: *const Prepared, i: usize, whole: *const Folded, alone: bool) bool {
    const word = &name.words[i];
    const dotted = name.dot(i);
    var least: u16 = if (dotted) dotted_letters_min else shortened_letters_min;
    if (alone and !dotted) least = @max(shortened_alone_letters_min, (whole.length() + 1) / 2);
    const lost: u16 = if (dotted) 1 else lost_letters_min;
    if (word.length() < least or whole.length() < word.length() + lost or word.digits) return false;
    return texts.startsWith(whole.first(), word.first());
}

/// Fits a word, or single letters, to the words whose first letters it is, if nothing else is left.
fn fitAcronym(found: *Alignment) void {
    const typed_left = found.typedLeft();
    const registered_left = found.registeredLeft();
    for ([_]Set{ registered_left, found.registered_free }) |set| {
        if (!isAcronym(found.typed, typed_left, found.registered, set, found.registered_free)) continue;
        return linkAcronym(found, typed_left, set);
    }
    for ([_]Set{ typed_left, found.typed_free }) |set| {
        if (!isAcronym(found.registered, registered_left, found.typed, set, found.typed_free)) continue;
        return linkAcronym(found, set, registered_left);
    }
}

fn linkAcronym(found: *Alignment, typed: Set, registered: Set) void {
    const weight = letters.count(found.typed, found.typedLeft()) +
        letters.count(found.registered, found.registeredLeft());
    found.link(typed, registered, .acronym, weight);
}

/// Whether the words of one side are the first letters of those of the other.
fn isAcronym(short: *const Prepared, of: Set, long: *const Prepared, set: Set, free: Set) bool {
    const length = letters.count(short, of);
    if (length < acronym_letters_min or length > @popCount(free)) return false;
    if (@popCount(of) != 1 and @popCount(of) != length) return false;
    return Letters.of(short, of).areFirstOf(long, set);
}

/// Which words may be a mere slip of each other: never with digits, and no known words or roman numerals of
/// each other.
const Slips = struct {
    /// Registered words.
    digits: Set = 0,
    known: Set = 0,
    roman: Set = 0,

    fn of(found: *const Alignment) Slips {
        var slips: Slips = .{};
        var positions = each(found.registeredLeft());
        while (positions.next()) |j| {
            const word = &found.registered.words[j];
            if (word.digits) slips.digits |= bit(j);
            if (isKnown(word.word)) slips.known |= bit(j);
            if (isRoman(word.first())) slips.roman |= bit(j);
        }
        return slips;
    }

    pub fn mates(slips: Slips, found: *const Alignment, i: usize) Set {
        const word = &found.typed.words[i];
        if (word.digits) return 0;
        var apart = slips.digits;
        if (isKnown(word.word)) apart |= slips.known;
        if (isRoman(word.first())) apart |= slips.roman;
        return ~apart;
    }

    pub fn least(_: Slips, found: *const Alignment) *const typos.Lengths {
        return if (found.fits.bits == 0) &typo_alone_lengths else &typo_lengths;
    }

    pub fn lengths(slips: Slips, found: *const Alignment, _: usize, _: usize) ?*const typos.Lengths {
        return slips.least(found);
    }
};

fn isKnown(word: tables.WordPointer) bool {
    return word.is(known_tags) or word.number != 0 or word.sex != 0;
}

fn isRoman(text: []const u8) bool {
    for (text) |letter| switch (letter) {
        'i', 'v', 'x', 'l', 'c', 'd', 'm' => {},
        else => return false,
    };
    return true;
}
