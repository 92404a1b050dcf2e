//! The near fits of persons' names: initials, short forms, gender endings, and slips of the pen. Same as
//! matcher/persons/align.py.

const std = @import("std");
const alignment = @import("../alignment.zig");
const prepare = @import("prepare.zig");
const prepared = @import("../prepared.zig");
const distance = @import("../distance.zig");
const sound = @import("sound.zig");
const tables = @import("../tables.zig");
const texts = @import("../texts.zig");
const typos = @import("../typos.zig");
const words = @import("../words.zig");
const Alignment = alignment.Alignment;
const Fit = alignment.Fit;
const Folded = words.Folded;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Steps = alignment.Steps;
const bit = prepared.bit;
const each = prepared.each;
const has = prepared.has;

const ending_stem_min = 3;
/// Letters of an initial with a full stop behind it (Th.).
const initial_letters_max = 2;
/// Letters of a sound from which two names are one; in one of so few, the first is written alike too.
const sound_length = 3;
const crossed_edits_max = 3;
/// The sound's length from which a letter replaced may be near between two known given names.
const crossed_replaced_length = 6;

/// The shorter sound's lengths from which two words are near in another script.
const Crossed = struct {
    /// One edit apart.
    one: usize,
    /// Two edits apart.
    two: usize,
    /// They are known given names: an edit of the end, or a letter replaced among few, makes another name.
    known: bool = false,
};
const crossed: Crossed = .{ .one = 3, .two = 6 };
const crossed_given: Crossed = .{ .one = 5, .two = 6, .known = true };
/// Between names of different sex: no sound is so long, so only an equal one is near.
const crossed_equal: Crossed = .{ .one = std.math.maxInt(usize), .two = std.math.maxInt(usize) };

/// What a Hungarian wife's name adds to her husband's: Péterné.
const wife = "ne";
/// Endings that make a woman's name of a man's, besides a vowel.
const feminine = [_][]const u8{ "de", "le", "ne", "te" };
const surname_lengths: typos.Lengths = .{
    .one = 3,
    .two = 4,
    .first = 3,
    .replaced = .{ .one = 4, .two = 8, .first = 6 },
    .added = 8,
    .one_for_two = 7,
};
const given_lengths: typos.Lengths = .{
    .one = 3,
    .two = 4,
    .first = 3,
    .replaced = .{ .one = 4, .two = 9, .first = 4 },
};
/// For a typed given name that is known: less likely a slip of a registered one that isn't.
const known_typed_lengths: typos.Lengths = .{
    .one = 3,
    .two = 4,
    .first = 3,
    .replaced = .{ .one = 4, .two = 9, .first = 6 },
};
/// For a typed word that is no known given name, beside a registered one that is: more likely its slip.
const known_registered_lengths: typos.Lengths = .{
    .one = 3,
    .two = 4,
    .first = 3,
    .replaced = .{ .one = 4, .two = 6, .first = 4 },
};
/// Letters from which a given name may be another one's slip in its last letter.
const given_end_length = 5;

/// The sounds of both sides; the module runs in one thread. Never cleared: on the stack, a safe build would fill them
/// with a pattern for each pair of names.
var typed_sounds: sound.Sounds = undefined;
var registered_sounds: sound.Sounds = undefined;

/// Aligns two persons' names: what is equal first, then the kinds of near fit.
pub fn alignNames(
    found: *Alignment,
    typed: *const Prepared,
    registered: *const Prepared,
    budget: u8,
    steps: *Steps,
) Steps.Error!void {
    try found.alignEqual(typed, registered, steps);
    if (typed.generations != 0 and registered.generations != 0) fitGenerations(found);
    if (found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    fitInitials(found);
    fitJoinedInitials(found);
    fitVariants(found);
    try fitSounds(found, steps);
    fitEndings(found);
    if (budget == 0 or found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    if (typed.scripts() & registered.scripts() != 0) {
        try typos.fit(found, budget, budget, Slips{}, steps);
    } else {
        try fitCrossed(found, steps);
    }
}

/// Fits words that mean the younger of a name, or the elder: Jr. and junior.
fn fitGenerations(found: *Alignment) void {
    var typed = each(found.typed_free & found.typed.generations);
    while (typed.next()) |i| {
        const meant = found.typed.words[i].word.person & (tables.younger | tables.elder);
        var registered = each(found.registered_free & found.registered.generations);
        while (registered.next()) |j| {
            if (!found.registered.words[j].word.tells(meant)) continue;
            found.linkWords(i, j, .synonym, 0);
            break;
        }
    }
}

/// Registered core words that fit nothing and are no surname.
fn givensLeft(found: *const Alignment) Set {
    const registered = found.registered;
    return found.registeredLeft() & ~registered.surname & ~registered.generations;
}

/// Whether a word of more than one letter begins with `beginning`.
fn startsWith(folded: *const Folded, beginning: []const u8) bool {
    if (folded.letters <= 1 or !folded.base()) return false;
    for (0..folded.variant_count) |number| {
        if (texts.startsWith(folded.variant(number), beginning)) return true;
    }
    return false;
}

/// Whether a word is one letter, or two with a full stop behind them (Th.).
fn isInitial(side: *const Prepared, i: usize) bool {
    const folded = &side.words[i];
    return folded.letter() or (folded.letters == initial_letters_max and side.dot(i) and !folded.digits);
}

/// Those of some words that may be initials.
fn initialsAmong(side: *const Prepared, among: Set) Set {
    var initials: Set = 0;
    var positions = each(among);
    while (positions.next()) |i| {
        if (isInitial(side, i)) initials |= bit(i);
    }
    return initials;
}

/// Whether an initial is one of the other side's word.
fn isInitialOf(folded: *const Folded, other: *const Folded) bool {
    for (0..folded.variant_count) |number| if (startsWith(other, folded.variant(number))) return true;
    return false;
}

fn fitInitials(found: *Alignment) void {
    const typed_initials = initialsAmong(found.typed, found.typedLeft());
    const registered_initials = initialsAmong(found.registered, givensLeft(found));
    if (typed_initials | registered_initials == 0) return;
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const typed = &found.typed.words[i];
        const mask: Set = if (has(typed_initials, i)) std.math.maxInt(Set) else registered_initials;
        var givens = each(givensLeft(found) & mask & found.registered.index.beginLike(typed));
        while (givens.next()) |j| {
            const registered = &found.registered.words[j];
            const fit: Fit = if (has(typed_initials, i) and isInitialOf(typed, registered))
                .initial_typed
            else if (has(registered_initials, j) and isInitialOf(registered, typed))
                .initial_registered
            else
                continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, fit, letters - letters / 2);
            break;
        }
    }
}

/// Fits initials written as one word in capitals (JP) against as many given names in a row.
fn fitJoinedInitials(found: *Alignment) void {
    const givens = givensLeft(found);
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const run = initialsOf(&found.typed.words[i], givens, found.registered);
        if (run == 0) continue;
        return found.link(bit(i), run, .initial_typed, 2 * @as(u32, @popCount(run)));
    }
    const free = found.typedLeft();
    var registered_left = each(givens);
    while (registered_left.next()) |j| {
        const run = initialsOf(&found.registered.words[j], free, found.typed);
        if (run == 0) continue;
        return found.link(run, bit(j), .initial_registered, 2 * @as(u32, @popCount(run)));
    }
}

/// The run of `others` whose first letters are the word, or nothing.
fn initialsOf(folded: *const Folded, others: Set, side: *const Prepared) Set {
    const count = folded.length();
    if (count <= 1 or count > prepare.initials_max) return 0;
    if (!folded.upper or !folded.base() or folded.digits) return 0;
    var buffer: [words.words_max]u8 = undefined;
    const positions = prepared.list(others, &buffer);
    if (positions.len < count) return 0;
    next: for (0..positions.len - count + 1) |at| {
        var run: Set = 0;
        for (positions[at..][0..count], 0..) |i, n| {
            if (!startsWith(&side.words[i], folded.first()[n .. n + 1])) continue :next;
            run |= bit(i);
        }
        return run;
    }
    return 0;
}

fn fitVariants(found: *Alignment) void {
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const variants = found.typed.words[i].word.variants();
        if (variants.len == 0) continue;
        var givens = each(givensLeft(found));
        while (givens.next()) |j| {
            if (!intersect(variants, found.registered.words[j].word.variants())) continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, .variant, letters - letters * 3 / 4);
            break;
        }
    }
}

fn intersect(a: []align(1) const u16, b: []align(1) const u16) bool {
    for (a) |x| for (b) |y| if (x == y) return true;
    return false;
}

/// Fits given names that two conventions write differently; the sexes must not contradict it.
fn fitSounds(found: *Alignment, steps: *Steps) Steps.Error!void {
    const typed = &typed_sounds;
    const registered = &registered_sounds;
    try typed.take(.given, found.typed, found.typedLeft(), steps);
    try registered.take(.given, found.registered, givensLeft(found), steps);
    var positions = each(typed.words);
    while (positions.next()) |i| {
        var others = each(found.registered_free & registered.like(typed, i));
        while (others.next()) |j| {
            if (!alike(found, i, j, typed, registered)) continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, .sound, letters - letters * 7 / 8);
            break;
        }
    }
}

fn alike(
    found: *const Alignment,
    i: usize,
    j: usize,
    typed: *const sound.Sounds,
    registered: *const sound.Sounds,
) bool {
    const a = &found.typed.words[i];
    const b = &found.registered.words[j];
    if (contrary(a, b)) return false;
    const least: usize = sound_length + @as(usize, @intFromBool(a.first()[0] != b.first()[0]));
    for (0..typed.count(i)) |x| {
        if (typed.of(i, x).len < least) continue;
        for (0..registered.count(j)) |y| {
            if (words.equal(typed.of(i, x), registered.of(j, y))) return !isKnown(a, b) or writtenAlike(a, b);
        }
    }
    return false;
}

/// Whether two words are known given names.
fn isKnown(a: *const Folded, b: *const Folded) bool {
    return a.word.sex != 0 and b.word.sex != 0;
}

/// Whether two known given names that sound alike are one, as Deniz and Dennis are not.
fn writtenAlike(a: *const Folded, b: *const Folded) bool {
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| if (sound.writtenAlike(a.variant(x), b.variant(y))) return true;
    }
    return false;
}

/// Whether two words are known given names of different sex.
fn contrary(a: *const Folded, b: *const Folded) bool {
    return isKnown(a, b) and a.word.sex & b.word.sex == 0;
}

/// Fits words of two scripts by their coarse sounds, the nearest first.
fn fitCrossed(found: *Alignment, steps: *Steps) Steps.Error!void {
    const typed = &typed_sounds;
    const registered = &registered_sounds;
    try typed.take(.crossed, found.typed, found.typedLeft(), steps);
    try registered.take(.crossed, found.registered, found.registeredLeft(), steps);
    var left: u8 = crossed_edits_max;
    while (try nearestCrossed(found, typed, registered, left, steps)) |best| {
        found.linkWords(best.i, best.j, .typo, 2 * @as(u32, best.edits) + 1);
        left -= best.edits;
    }
}

const Nearest = struct { edits: u8, i: usize, j: usize };

fn nearestCrossed(
    found: *const Alignment,
    typed: *const sound.Sounds,
    registered: *const sound.Sounds,
    left: u8,
    steps: *Steps,
) Steps.Error!?Nearest {
    var best: ?Nearest = null;
    var positions = each(typed.words & found.typed_free);
    while (positions.next()) |i| {
        var others = each(registered.words & found.registered_free);
        while (others.next()) |j| {
            const lengths = crossedLengths(found, i, j) orelse continue;
            const edits = try crossedEdits(typed, i, registered, j, left, lengths, steps);
            if (edits > left) continue;
            if (best == null or edits < best.?.edits) best = .{ .edits = edits, .i = i, .j = j };
        }
    }
    return best;
}

/// How long two words' sounds must be to be near; null where the words are two names by sex.
fn crossedLengths(found: *const Alignment, i: usize, j: usize) ?*const Crossed {
    const typed = &found.typed.words[i];
    const registered = &found.registered.words[j];
    const given = !has(found.registered.surname, j);
    if (given and sexed(typed.first(), registered.first())) return null;
    if (contrary(typed, registered)) return &crossed_equal;
    return if (given and isKnown(typed, registered)) &crossed_given else &crossed;
}

/// The fewest edits between the sounds of two words, or more than can ever be left.
fn crossedEdits(
    typed: *const sound.Sounds,
    i: usize,
    registered: *const sound.Sounds,
    j: usize,
    most: u8,
    lengths: *const Crossed,
    steps: *Steps,
) Steps.Error!u8 {
    var best: u8 = crossed_edits_max + 1;
    for (0..typed.count(i)) |number| {
        const x = typed.of(i, number);
        for (0..registered.count(j)) |other| {
            const y = registered.of(j, other);
            if (x.len > 0 and words.equal(x, y)) return 0;
            const shorter = @min(x.len, y.len);
            const near: u8 = if (shorter < lengths.one) 0 else if (shorter < lengths.two) 1 else 2;
            const allowed = @min(near, most);
            if (allowed == 0 or @max(x.len, y.len) - shorter > allowed) continue;
            try steps.take(alignment.steps_per_distance);
            const edits = distance.osa(x, y, allowed);
            if (edits > allowed or (lengths.known and anotherGiven(x, y))) continue;
            best = @min(best, edits);
        }
    }
    return best;
}

/// Whether known given names' sounds differ at their ends only, or in a letter replaced among few.
fn anotherGiven(x: []const u8, y: []const u8) bool {
    if (x.len != y.len) return texts.startsWith(x, y) or texts.startsWith(y, x);
    return x.len < crossed_replaced_length or words.equal(x[0 .. x.len - 1], y[0 .. y.len - 1]);
}

fn fitEndings(found: *Alignment) void {
    var typed_left = each(found.typedLeft());
    while (typed_left.next()) |i| {
        const typed = &found.typed.words[i];
        const surname = found.registeredLeft() & found.registered.surname;
        var surnames = each(surname & found.registered.index.beginLike(typed));
        while (surnames.next()) |j| {
            if (!differByEnding(typed, &found.registered.words[j])) continue;
            const letters = found.letters(i, j);
            found.linkWords(i, j, .ending, letters - letters * 3 / 4);
            break;
        }
    }
}

fn differByEnding(a: *const Folded, b: *const Folded) bool {
    if (!a.base() or !b.base()) return false;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            if (endingsDiffer(a.variant(x), b.variant(y))) return true;
        }
    }
    return false;
}

fn endingsDiffer(a: []const u8, b: []const u8) bool {
    if (a.len < ending_stem_min or b.len < ending_stem_min) return false;
    if (!tables.mayDifferByEnding(a[a.len - 1], b[b.len - 1])) return false;
    if (!words.equal(a[0..ending_stem_min], b[0..ending_stem_min])) return false;
    var shared: usize = ending_stem_min;
    while (shared < @min(a.len, b.len) and a[shared] == b[shared]) shared += 1;
    if (shared == a.len and shared == b.len) return false;
    for (tables.endings) |*ending| {
        if (haveEndings(a, b, shared, ending) or haveEndings(b, a, shared, ending)) return true;
    }
    return false;
}

/// Whether a male and a female word are one stem with an ending each; the stem lies in the letters that they
/// share at the start.
fn haveEndings(male: []const u8, female: []const u8, shared: usize, ending: *align(1) const tables.Ending) bool {
    const length = @as(usize, ending.male_length);
    if (male.len + ending.female_length != female.len + length) return false;
    if (male.len < ending_stem_min + length or male.len > shared + length) return false;
    const stem = male.len - length;
    return words.equal(male[stem..], ending.male()) and words.equal(female[stem..], ending.female());
}

/// Which words may be a mere slip of each other; see `mayBeTypo`.
const Slips = struct {
    const least_lengths: typos.Lengths = .{ .one = 3, .two = 4, .first = 3 };

    pub fn least(_: Slips, _: *const Alignment) *const typos.Lengths {
        return &least_lengths;
    }

    pub fn mates(_: Slips, _: *const Alignment, _: usize) Set {
        return std.math.maxInt(Set);
    }

    pub fn lengths(_: Slips, found: *const Alignment, i: usize, j: usize) ?*const typos.Lengths {
        return mayBeTypo(found, i, j);
    }
};

/// How long two words must be for a mere slip: never between two known given names, nor by sex.
fn mayBeTypo(found: *const Alignment, i: usize, j: usize) ?*const typos.Lengths {
    const typed = &found.typed.words[i];
    const registered = &found.registered.words[j];
    const x = typed.first();
    const y = registered.first();
    if (isNumber(x) or isNumber(y) or (typed.digits and registered.digits)) return null;
    const surname = has(found.registered.surname, j);
    if (isKnown(typed, registered)) {
        return if (oneUmlaut(x, y) or (surname and sound.givenAlike(x, y))) &given_lengths else null;
    }
    if (isWife(x, y) or isWife(y, x)) return null;
    return if (surname) &surname_lengths else givenLengths(typed, registered);
}

/// How long given names must be of which one at most is known to the tables.
fn givenLengths(typed: *const Folded, registered: *const Folded) ?*const typos.Lengths {
    const x = typed.first();
    const y = registered.first();
    if (x.len == y.len and x.len < given_end_length and words.equal(x[0 .. x.len - 1], y[0 .. y.len - 1])) {
        return null;
    }
    if (sexed(x, y)) return null;
    if (mayBeGiven(typed)) return if (mayBeGiven(registered)) null else &known_typed_lengths;
    return if (mayBeGiven(registered)) &known_registered_lengths else &given_lengths;
}

/// Whether a word is a known given name, or a surname that many bear as one (Harvey).
fn mayBeGiven(folded: *const Folded) bool {
    return folded.word.sex != 0 or folded.word.tells(tables.also_given);
}

fn isNumber(text: []const u8) bool {
    for (text) |letter| if (!std.ascii.isDigit(letter)) return false;
    return true;
}

/// Whether two words differ by how they write an umlaut without its mark, as Juergen and Jurgen.
fn oneUmlaut(x: []const u8, y: []const u8) bool {
    var i: usize = 0;
    var j: usize = 0;
    while (i < x.len and j < y.len) {
        if (x[i] != y[j]) return false;
        i += vowelLength(x, i);
        j += vowelLength(y, j);
    }
    return i == x.len and j == y.len;
}

/// Letters of a vowel that may stand for an umlaut: ae, oe, ue; 1 for any other letter.
fn vowelLength(text: []const u8, at: usize) usize {
    const umlaut = switch (text[at]) {
        'a', 'o', 'u' => at + 1 < text.len and text[at + 1] == 'e',
        else => false,
    };
    return if (umlaut) 2 else 1;
}

/// Whether two given names differ by an ending of sex: Maria and Mario, Arman and Armande.
fn sexed(x: []const u8, y: []const u8) bool {
    if (words.equal(sexless(x), sexless(y))) return true;
    for (feminine) |end| if (isLonger(x, y, end) or isLonger(y, x, end)) return true;
    return false;
}

/// Whether a text is another one with an end behind it.
fn isLonger(text: []const u8, other: []const u8, end: []const u8) bool {
    if (text.len != other.len + end.len or !std.mem.endsWith(u8, text, end)) return false;
    return words.equal(text[0..other.len], other);
}

/// A Hungarian wife's name is built from her husband's: Péterné.
fn isWife(name: []const u8, husband: []const u8) bool {
    return isLonger(name, husband, wife);
}

fn sexless(text: []const u8) []const u8 {
    std.debug.assert(text.len > 0);
    if (std.mem.endsWith(u8, text, "os")) return text[0 .. text.len - 2];
    return switch (text[text.len - 1]) {
        'a', 'e', 'o' => text[0 .. text.len - 1],
        else => text,
    };
}
