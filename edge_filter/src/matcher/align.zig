//! Which typed word fits which registered word, and how: the facts that the rules judge. Same as
//! matcher/align.py.

const std = @import("std");
const distance = @import("distance.zig");
const names = @import("names.zig");
const tables = @import("tables.zig");
const words = @import("words.zig");
const HolderKind = @import("record.zig").HolderKind;
const Prepared = names.Prepared;
const Set = names.Set;
const Token = words.Token;
const bit = names.bit;
const each = names.each;
const has = names.has;

pub const steps_max = 12_288;
const steps_per_distance = 32;
const joined_words_max = 3;
const typo_words_organisation_max = 1;
const ending_stem_min = 3;
/// Below this length a typo keeps the first letter.
const first_letter_length = 6;

pub const Fit = enum(u8) { none, full, initial_typed, initial_registered, variant, ending, typo };

/// Counts the work of one decision; both engines count alike.
pub const Steps = struct {
    left: i32 = steps_max,

    pub const Error = error{StepsExhausted};

    fn take(steps: *Steps, count: usize) Error!void {
        steps.left -= @intCast(count);
        if (steps.left < 0) return error.StepsExhausted;
    }
};

/// One name of the two and the fit of its words.
const Side = struct {
    name: *const Prepared,
    fits: [words.words_max]Fit,
    /// Words that take part and fit nothing yet.
    free: Set,

    fn init(name: *const Prepared) Side {
        return .{ .name = name, .fits = @splat(.none), .free = name.core | name.light };
    }

    fn mark(side: *Side, at: usize, fit: Fit) void {
        side.fits[at] = fit;
        side.free &= ~bit(at);
    }

    pub fn left(side: *const Side, mask: Set) Set {
        return side.free & mask;
    }

    fn token(side: *const Side, at: usize) *const Token {
        return &side.name.tokens[at];
    }
};

const no_pair = 255;

pub const Alignment = struct {
    typed: Side,
    registered: Side,
    /// Per typed word: the registered word it fits; only one-to-one fits of core words.
    pairs: [words.words_max]u8,
    /// Letters that fit, both sides together; core words only.
    weight: u32,
    spacing: bool,
    /// A person's given name and surname are one word on the other side.
    fused: bool,
    synonym: bool,

    /// Letters that fit among all letters of core words, per mille.
    pub fn similarity(found: *const Alignment) u16 {
        var total: u32 = 0;
        for ([_]*const Side{ &found.typed, &found.registered }) |side| {
            var positions = each(side.name.core);
            while (positions.next()) |i| total += side.token(i).length();
        }
        std.debug.assert(total > 0 and found.weight <= total);
        return @intCast(found.weight * 1000 / total);
    }

    /// The registered words that typed words fit one to one, in the order typed.
    pub fn order(found: *const Alignment, buffer: *[words.words_max]u8) []const u8 {
        var count: usize = 0;
        var positions = each(found.typed.name.core);
        while (positions.next()) |i| {
            if (found.pairs[i] == no_pair) continue;
            buffer[count] = found.pairs[i];
            count += 1;
        }
        return buffer[0..count];
    }

    /// Aligns two names: equal words first, then words written apart, then the kinds of near fit.
    pub fn alignNames(
        found: *Alignment,
        typed: *const Prepared,
        registered: *const Prepared,
        budget: u8,
        steps: *Steps,
    ) Steps.Error!void {
        try steps.take(typed.tokens.len * registered.tokens.len);
        found.typed = .init(typed);
        found.registered = .init(registered);
        found.pairs = @splat(no_pair);
        found.weight = 0;
        found.spacing = false;
        found.fused = false;
        found.synonym = false;
        found.fitEqual();
        if (found.bothLeft()) {
            found.fitJoined(&found.registered, &found.typed);
            found.fitJoined(&found.typed, &found.registered);
        }
        if (found.typed.left(typed.core) == 0 or found.registered.left(registered.core) == 0) return;
        if (registered.kind == .person) {
            found.fitInitials();
            found.fitJoinedInitials();
            found.fitVariants();
            found.fitEndings();
        }
        try found.fitTypos(budget, steps);
    }

    /// Whether a core word is left on one side, and any word on the other.
    fn bothLeft(found: *const Alignment) bool {
        const typed_core = found.typed.left(found.typed.name.core);
        const registered_core = found.registered.left(found.registered.name.core);
        if (typed_core != 0) return found.registered.free != 0;
        return registered_core != 0 and found.typed.free != 0;
    }

    fn pair(found: *Alignment, i: usize, j: usize, fit: Fit, weight: u32) void {
        found.typed.mark(i, fit);
        found.registered.mark(j, fit);
        if (has(found.typed.name.core, i) and has(found.registered.name.core, j)) {
            found.pairs[i] = @intCast(j);
            found.weight += weight;
        }
    }

    fn lengths(found: *const Alignment, i: usize, j: usize) u32 {
        return @as(u32, found.typed.token(i).length()) + found.registered.token(j).length();
    }

    fn fitEqual(found: *Alignment) void {
        var typed = each(found.typed.free);
        while (typed.next()) |i| {
            var registered = each(found.registered.free & found.equalTo(i));
            while (registered.next()) |j| {
                const equal = found.typed.token(i).shares(found.registered.token(j));
                if (!equal and !found.synonyms(i, j)) continue;
                if (!equal) found.synonym = true;
                found.pair(i, j, .full, found.lengths(i, j));
                break;
            }
        }
    }

    /// Registered words that may equal a typed one: any may be a synonym, others begin alike.
    fn equalTo(found: *const Alignment, i: usize) Set {
        const name = found.typed.name;
        const synonyms_known = name.numbers[i] != 0 or name.words[i].synonym != 0;
        if (name.kind == .organisation and synonyms_known) return std.math.maxInt(Set);
        return found.registered.name.heads.like(found.typed.token(i));
    }

    /// Equal numbers, or known short forms of one word; organisations only have them.
    fn synonyms(found: *const Alignment, i: usize, j: usize) bool {
        if (found.typed.name.kind != .organisation) return false;
        const typed_number = found.typed.name.numbers[i];
        if (typed_number != 0 and typed_number == found.registered.name.numbers[j]) return true;
        const synonym = found.typed.name.words[i].synonym;
        return synonym != 0 and synonym == found.registered.name.words[j].synonym;
    }

    /// Words apart in `side` that are one word in `one`.
    fn fitJoined(found: *Alignment, side: *Side, one: *Side) void {
        var singles = each(one.free);
        while (singles.next()) |single| {
            const run = runEqual(one.token(single), side) orelse continue;
            found.spacing = true;
            found.fused = found.fused or fuses(side.name, run);
            one.mark(single, .full);
            if (has(one.name.core, single)) found.weight += one.token(single).length();
            for (run.start..run.end) |i| {
                side.mark(i, .full);
                if (has(side.name.core, i)) found.weight += side.token(i).length();
            }
        }
    }

    /// Registered core words that fit nothing and are no surname.
    fn givensLeft(found: *const Alignment) Set {
        const name = found.registered.name;
        return found.registered.left(name.core & ~name.surname & ~name.generations);
    }

    fn fitInitials(found: *Alignment) void {
        var typed = each(found.typed.left(found.typed.name.core));
        while (typed.next()) |i| {
            const alike = found.registered.name.heads.like(found.typed.token(i));
            var registered = each(found.givensLeft() & alike);
            while (registered.next()) |j| {
                const fit: Fit = if (isInitialOf(found.typed.token(i), found.registered.token(j)))
                    .initial_typed
                else if (isInitialOf(found.registered.token(j), found.typed.token(i)))
                    .initial_registered
                else
                    continue;
                found.pair(i, j, fit, found.lengths(i, j) / 2);
                break;
            }
        }
    }

    /// Initials written as one word in capitals (JP) against as many given names in a row.
    fn fitJoinedInitials(found: *Alignment) void {
        const givens = found.givensLeft();
        var typed = each(found.typed.left(found.typed.name.core));
        while (typed.next()) |i| {
            const run = initialsOf(found.typed.token(i), givens, found.registered.name);
            if (run == 0) continue;
            found.typed.mark(i, .initial_typed);
            found.markRun(&found.registered, run, .initial_typed);
            return;
        }
        const free = found.typed.left(found.typed.name.core);
        var registered = each(givens);
        while (registered.next()) |j| {
            const run = initialsOf(found.registered.token(j), free, found.typed.name);
            if (run == 0) continue;
            found.registered.mark(j, .initial_registered);
            found.markRun(&found.typed, run, .initial_registered);
            return;
        }
    }

    fn markRun(found: *Alignment, side: *Side, run: Set, fit: Fit) void {
        var positions = each(run);
        while (positions.next()) |at| side.mark(at, fit);
        found.weight += 2 * @as(u32, @popCount(run));
    }

    fn fitVariants(found: *Alignment) void {
        var typed = each(found.typed.left(found.typed.name.core));
        while (typed.next()) |i| {
            const variants = found.typed.name.words[i].variants();
            if (variants.len == 0) continue;
            var registered = each(found.givensLeft());
            while (registered.next()) |j| {
                if (!intersect(variants, found.registered.name.words[j].variants())) continue;
                found.pair(i, j, .variant, found.lengths(i, j) * 3 / 4);
                break;
            }
        }
    }

    fn fitEndings(found: *Alignment) void {
        var typed = each(found.typed.left(found.typed.name.core));
        while (typed.next()) |i| {
            const alike = found.registered.name.heads.like(found.typed.token(i));
            var registered = each(found.registered.left(found.registered.name.surname) & alike);
            while (registered.next()) |j| {
                if (!differByEnding(found.typed.token(i), found.registered.token(j))) continue;
                found.pair(i, j, .ending, found.lengths(i, j) * 3 / 4);
                break;
            }
        }
    }

    fn fitTypos(found: *Alignment, budget: u8, steps: *Steps) Steps.Error!void {
        std.debug.assert(budget <= distance.edits_max);
        var left = budget;
        const kind = found.registered.name.kind;
        var word_count: u8 = if (kind == .organisation) typo_words_organisation_max else budget;
        while (left > 0 and word_count > 0) {
            const best = try found.nearest(left, steps) orelse return;
            found.pair(best.i, best.j, .typo, found.lengths(best.i, best.j) - 2 * @as(u32, best.edits));
            left -= best.edits;
            word_count -= 1;
        }
    }

    const Nearest = struct { edits: u8, i: usize, j: usize };

    /// The free pair of words with the fewest edits within the budget; ties go to the first.
    fn nearest(found: *const Alignment, budget: u8, steps: *Steps) Steps.Error!?Nearest {
        var best: ?Nearest = null;
        var typed = each(found.typed.left(found.typed.name.core));
        const kind = found.registered.name.kind;
        const core_left = found.registered.left(found.registered.name.core);
        while (typed.next()) |i| {
            const longest = found.typed.token(i).longest();
            if (longest < typoLengths(kind).one) continue;
            const alike = longest < first_letter_length;
            const heads = &found.registered.name.heads;
            const mask: Set = if (alike) heads.like(found.typed.token(i)) else std.math.maxInt(Set);
            var registered = each(core_left & mask);
            while (registered.next()) |j| {
                if (!found.mayBeTypo(i, j)) continue;
                const registered_token = found.registered.token(j);
                const edits = try editsBetween(found.typed.token(i), registered_token, kind, budget, steps);
                if (edits > budget) continue;
                if (best == null or edits < best.?.edits) best = .{ .edits = edits, .i = i, .j = j };
            }
        }
        return best;
    }

    /// Whether a spelling difference may be a mere slip: never in numbers, nor between two known words.
    fn mayBeTypo(found: *const Alignment, i: usize, j: usize) bool {
        const typed = found.typed.token(i);
        const registered = found.registered.token(j);
        if (typed.digits or registered.digits or !typed.ascii() or !registered.ascii()) return false;
        const a = found.typed.name.words[i];
        const b = found.registered.name.words[j];
        if (found.registered.name.kind == .organisation) return !(isKnown(a) and isKnown(b));
        if (a.sex != 0 and b.sex != 0) return false;
        if (has(found.registered.name.surname, j)) return true;
        return !words.equal(withoutVowel(typed.variant(0)), withoutVowel(registered.variant(0)));
    }
};

const Run = struct { start: usize, end: usize };

/// Whether the run holds a surname and a given name.
fn fuses(name: *const Prepared, run: Run) bool {
    var surname = false;
    var given = false;
    for (run.start..run.end) |i| {
        if (has(name.surname, i)) {
            surname = true;
        } else if (name.given == @as(u8, @intCast(i)) or name.words[i].sex != 0) {
            given = true;
        }
    }
    return surname and given;
}

/// The first run of two or three free neighbours that, written together, are `single`.
fn runEqual(single: *const Token, side: *const Side) ?Run {
    if (single.sign or single.longest() < 2) return null;
    var starts = each(side.free & side.name.heads.like(single));
    while (starts.next()) |start| {
        if (side.token(start).sign) continue;
        for (start + 2..start + joined_words_max + 1) |end| {
            if (end > side.name.tokens.len or !has(side.free, end - 1) or side.token(end - 1).sign) break;
            if (side.token(end - 2).digits and side.token(end - 1).digits) break;
            if (joinsTo(side.name.tokens[start..end], single)) return .{ .start = start, .end = end };
        }
    }
    return null;
}

fn joinsTo(run: []const Token, single: *const Token) bool {
    var count: usize = 0;
    for (run) |*token| count = @max(count, token.variant_count);
    for (0..count) |number| {
        next: for (0..single.variant_count) |whole| {
            var rest = single.variant(whole);
            for (run) |*token| {
                const piece = token.variant(number);
                if (!std.mem.startsWith(u8, rest, piece)) continue :next;
                rest = rest[piece.len..];
            }
            if (rest.len == 0) return true;
        }
    }
    return false;
}

fn isInitialOf(letter: *const Token, word: *const Token) bool {
    if (letter.length() != 1 or !letter.ascii() or letter.digits or letter.sign) return false;
    return startsWith(word, letter.variant(0)[0]);
}

fn startsWith(word: *const Token, letter: u8) bool {
    if (!word.ascii() or word.length() <= 1) return false;
    for (0..word.variant_count) |number| if (word.variant(number)[0] == letter) return true;
    return false;
}

/// The run of `others` whose first letters are `token`, or nothing.
fn initialsOf(token: *const Token, others: Set, name: *const Prepared) Set {
    const count = token.length();
    if (count <= 1 or count > names.initials_max or !token.upper or !token.ascii() or token.digits) return 0;
    var buffer: [words.words_max]u8 = undefined;
    var total: usize = 0;
    var positions = each(others);
    while (positions.next()) |at| : (total += 1) buffer[total] = @intCast(at);
    if (total < count) return 0;
    next: for (0..total - count + 1) |first| {
        var run: Set = 0;
        for (buffer[first..][0..count], token.variant(0)) |at, letter| {
            if (!startsWith(&name.tokens[at], letter)) continue :next;
            run |= bit(at);
        }
        return run;
    }
    return 0;
}

fn intersect(a: []align(1) const u16, b: []align(1) const u16) bool {
    for (a) |x| for (b) |y| if (x == y) return true;
    return false;
}

fn differByEnding(a: *const Token, b: *const Token) bool {
    if (!a.ascii() or !b.ascii()) return false;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            if (endingsDiffer(a.variant(x), b.variant(y))) return true;
        }
    }
    return false;
}

fn endingsDiffer(a: []const u8, b: []const u8) bool {
    if (a.len < ending_stem_min or b.len < ending_stem_min) return false;
    if (!words.equal(a[0..ending_stem_min], b[0..ending_stem_min])) return false;
    for (tables.endings) |*ending| {
        if (sameStem(a, b, ending.male(), ending.female())) return true;
        if (sameStem(a, b, ending.female(), ending.male())) return true;
    }
    return false;
}

fn sameStem(a: []const u8, b: []const u8, a_ending: []const u8, b_ending: []const u8) bool {
    if (a.len < ending_stem_min + a_ending.len or a.len + b_ending.len != b.len + a_ending.len) return false;
    const stem = a.len - a_ending.len;
    if (!words.equal(a[0..stem], b[0..stem])) return false;
    return words.equal(a[stem..], a_ending) and words.equal(b[stem..], b_ending);
}

fn isKnown(word: tables.WordPointer) bool {
    const tags = tables.generic | tables.particle | tables.connector | tables.number_word;
    return word.is(tags) or word.number != 0 or word.sex != 0;
}

fn withoutVowel(text: []const u8) []const u8 {
    return switch (text[text.len - 1]) {
        'a', 'e', 'o' => text[0 .. text.len - 1],
        else => text,
    };
}

/// The fewest edits between two words, or budget + 1.
fn editsBetween(
    a: *const Token,
    b: *const Token,
    kind: HolderKind,
    budget: u8,
    steps: *Steps,
) Steps.Error!u8 {
    var best = budget + 1;
    for (0..a.variant_count) |x| {
        for (0..b.variant_count) |y| {
            const allowed = @min(budget, editsAllowed(a.variant(x), b.variant(y), kind));
            if (allowed == 0) continue;
            try steps.take(steps_per_distance);
            const edits = distance.osa(a.variant(x), b.variant(y), allowed);
            if (edits <= allowed) best = @min(best, edits);
        }
    }
    return best;
}

const TypoLengths = struct { one: usize, two: usize };

/// The shorter word's length from which one, and two, edits are a typo.
fn typoLengths(kind: HolderKind) TypoLengths {
    return switch (kind) {
        .person => .{ .one = 4, .two = 8 },
        .organisation => .{ .one = 5, .two = 9 },
    };
}

/// The edits that lengths and first letters leave possible.
fn editsAllowed(a: []const u8, b: []const u8, kind: HolderKind) u8 {
    const shorter = @min(a.len, b.len);
    const longer = @max(a.len, b.len);
    const lengths = typoLengths(kind);
    const allowed: u8 = if (shorter >= lengths.two) 2 else if (shorter >= lengths.one) 1 else 0;
    if (longer - shorter > allowed) return 0;
    if (shorter < first_letter_length and a[0] != b[0]) return 0;
    return allowed;
}
