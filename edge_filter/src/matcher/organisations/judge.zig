//! The rules for organisations: distinctive words, numbers and legal forms. Same as
//! matcher/organisations/judge.py.

const std = @import("std");
const prepared = @import("../prepared.zig");
const scripts = @import("../scripts.zig");
const tables = @import("../tables.zig");
const verdict_form = @import("../verdict.zig");
const words = @import("../words.zig");
const alignment = @import("../alignment.zig");
const Alignment = alignment.Alignment;
const Fits = alignment.Fits;
const letters = @import("letters.zig");
const Letters = letters.Letters;
const Reason = @import("../model.zig").Reason;
const Policy = @import("../policy.zig").Policy;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Verdict = verdict_form.Verdict;
const each = prepared.each;

/// At the start of a name it tells no two companies apart (Company, Limited Liability Partnership and Business
/// (Names and Trading Disclosures) Regulations 2015, schedule 3).
const leading_article = "the";
/// Letters of a legal form that may as well end a word.
const short_form_letters_min = 2;
const short_form_letters_max = 3;
const acronym_letters_min = @import("align.zig").acronym_letters_min;
const near_fits: Fits = .of(&.{ .typo, .abbreviation, .acronym, .letter_unknown });

/// Percent of the similarity that is left by what two payees of one group may differ in.
fn worth(reason: Reason) u32 {
    return switch (reason) {
        .form_missing, .acronym => 90,
        .form_differs, .branch => 75,
        .generic_differs => 50,
        else => 100,
    };
}

/// Judges a typed name against a registered organisation's name.
pub fn judge(found: *const Alignment, policy: *const Policy, notes: *verdict_form.Notes) Verdict {
    var verdict: Verdict = .init(found.similarity(), notes);
    const typed_left = found.typedLeft();
    const registered_left = found.registeredLeft();
    const any_left = typed_left != 0 or registered_left != 0;
    if (hasNumber(found.typed, typed_left) or hasNumber(found.registered, registered_left)) {
        verdict.note(.number_differs, .nmtc);
    }
    if (registered_left == found.registered.core) {
        verdict.note(.nothing_in_common, .nmtc);
        return verdict;
    }
    if (any_left) {
        judgeLeft(found, policy, typed_left, registered_left, &verdict);
    } else if (found.fits.bits & near_fits.bits == 0) {
        verdict.note(.exact, .mtch);
    }
    judgeForm(found, policy, &verdict);
    judgeFits(found, policy, &verdict);
    if (found.typed.branch | found.registered.branch != 0) judgeBranch(found, &verdict);
    if (found.typed.light | found.registered.light != 0) {
        judgeLight(found, &verdict);
        judgeSigns(found, &verdict);
    }
    judgeOrder(found, &verdict);
    scripts.judge(found, policy, &verdict);
    for (verdict.notes.items()) |note| {
        verdict.similarity = @intCast(verdict.similarity * worth(note.reason) / 100);
    }
    return verdict;
}

fn hasNumber(name: *const Prepared, set: Set) bool {
    var positions = each(set);
    while (positions.next()) |i| {
        const folded = &name.words[i];
        if (folded.digits or name.numbers[i] > 0 or folded.word.is(tables.number_word)) return true;
    }
    return false;
}

fn hasDistinctive(name: *const Prepared, set: Set) bool {
    var positions = each(set);
    while (positions.next()) |i| if (!name.words[i].word.is(tables.generic)) return true;
    return false;
}

/// Judges words on one side only: distinctive ones decide, generic ones only lower.
fn judgeLeft(
    found: *const Alignment,
    policy: *const Policy,
    typed_left: Set,
    registered_left: Set,
    verdict: *Verdict,
) void {
    const typed = found.typed;
    const registered = found.registered;
    const both = typed_left != 0 and registered_left != 0;
    const distinctive = hasDistinctive(typed, typed_left) or hasDistinctive(registered, registered_left);
    const own_acronym = ownAcronym(typed, typed_left) or ownAcronym(registered, registered_left);
    if (!both and own_acronym) {
        verdict.note(.acronym, .cmtc);
    } else if (both or distinctive or !hasDistinctive(registered, registered.core & ~registered_left)) {
        verdict.note(.word_differs, .nmtc);
    } else {
        verdict.noteKnob(.generic_differs, policy, .generic_differs);
    }
}

/// Whether the words left are the first letters of the name's other words, or spell out one of them.
fn ownAcronym(name: *const Prepared, left: Set) bool {
    if (left == 0) return false;
    const others = name.core & ~left;
    const one_each = @popCount(left) == letters.count(name, left);
    if ((@popCount(left) == 1 or one_each) and isAcronym(name, left, others)) return true;
    var positions = each(others);
    while (positions.next()) |i| if (isAcronym(name, prepared.bit(i), left)) return true;
    return false;
}

/// Whether the letters of some words are the first ones of others, with or without the name's light words.
fn isAcronym(name: *const Prepared, short: Set, long: Set) bool {
    if (letters.count(name, short) < acronym_letters_min) return false;
    return Letters.of(name, short).areFirstOf(name, long) or
        Letters.of(name, short).areFirstOf(name, long | name.light);
}

fn judgeForm(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const typed = found.typed.forms.items();
    const registered = found.registered.forms.items();
    if (typed.len == 0 and registered.len == 0) return;
    if (typed.len != 0 and registered.len != 0) {
        for (typed) |a| for (registered) |b| if (a == b) return;
        return verdict.noteKnob(.form_differs, policy, .form_differs);
    }
    verdict.noteKnob(.form_missing, policy, .form_missing);
    const doubtful = found.typed.form_doubtful or found.registered.form_doubtful;
    if (doubtful or !hasDistinctive(found.registered, found.registered.core) or swallowsForm(found)) {
        verdict.note(.form_missing, .cmtc);
    }
}

/// Whether the form's letters are in a word of the other side (Pro SA, Prosa).
fn swallowsForm(found: *const Alignment) bool {
    for (found.links()) |*link| {
        if (link.fit != .joined) continue;
        const typed = letterCount(found.typed, link.typed);
        const registered = letterCount(found.registered, link.registered);
        const form = @max(typed, registered) - @min(typed, registered);
        if (form >= short_form_letters_min and form <= short_form_letters_max) return true;
    }
    return false;
}

fn letterCount(name: *const Prepared, set: Set) u32 {
    var count: u32 = 0;
    var positions = each(set & name.core);
    while (positions.next()) |i| count += name.words[i].length();
    return count;
}

/// Judges near fits: each is a doubt, and two doubts together are no match.
fn judgeFits(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const fits = found.fits;
    if (fits.has(.joined)) verdict.note(.spacing, .mtch);
    if (fits.has(.synonym)) verdict.note(.synonym, .mtch);
    var doubts: u32 = @popCount(fits.bits & near_fits.bits);
    doubts += @intFromBool(verdict.has(.form_differs));
    doubts += @intFromBool(verdict.has(.generic_differs));
    doubts += @intFromBool(verdict.has(.acronym));
    if (fits.has(.typo)) verdict.noteKnob(.typo, policy, .typo);
    if (fits.has(.abbreviation)) verdict.note(.synonym, .cmtc);
    if (fits.has(.acronym)) verdict.note(.acronym, .cmtc);
    if (fits.has(.letter_unknown)) verdict.note(.letter_unknown, .cmtc);
    if (doubts > 1) verdict.note(.word_differs, .nmtc);
}

/// Judges branch suffixes: where they differ it is the same holder at most, and another number never.
fn judgeBranch(found: *const Alignment, verdict: *Verdict) void {
    const typed = found.typed;
    const registered = found.registered;
    const whole: Letters = .of(typed, typed.branch);
    if (whole.same(.of(registered, registered.branch))) return;
    verdict.note(.branch, .cmtc);
    const numbers: Letters = .of(typed, branchNumbers(typed));
    if (!numbers.same(.of(registered, branchNumbers(registered)))) verdict.note(.number_differs, .nmtc);
}

fn branchNumbers(name: *const Prepared) Set {
    var set: Set = 0;
    var positions = each(name.branch);
    while (positions.next()) |i| {
        if (name.words[i].digits or name.words[i].word.number != 0) set |= prepared.bit(i);
    }
    return set;
}

const Light = struct { sign: bool = false, connector: bool = false, other: bool = false };

/// Judges connecting words, which stand for one another, and articles: only the sign & may be lost.
fn judgeLight(found: *const Alignment, verdict: *Verdict) void {
    const typed = lightOf(found.typed, found.typed_free, verdict);
    const registered = lightOf(found.registered, found.registered_free, verdict);
    const stand_in = (typed.sign or typed.connector) and (registered.sign or registered.connector);
    if (typed.sign or registered.sign or stand_in) verdict.note(.synonym, .mtch);
    const connector = typed.connector or registered.connector;
    if (typed.other and registered.other) {
        verdict.note(.particle_differs, .cmtc);
    } else if (typed.other or registered.other or (connector and !stand_in)) {
        verdict.note(.particle_ignored, .cmtc);
    }
}

/// What the light words are that fit nothing.
fn lightOf(name: *const Prepared, free: Set, verdict: *Verdict) Light {
    var light: Light = .{};
    var left = name.light & free;
    if (left & 1 != 0 and words.equal(name.words[0].first(), leading_article)) {
        verdict.note(.particle_ignored, .mtch);
        left &= ~@as(Set, 1);
    }
    var positions = each(left);
    while (positions.next()) |i| {
        if (name.words[i].sign) {
            light.sign = true;
        } else if (name.words[i].word.is(tables.connector)) {
            light.connector = true;
        } else {
            light.other = true;
        }
    }
    return light;
}

/// Judges the signs & and + that are part of a name: before or after all words, or stuck to one.
fn judgeSigns(found: *const Alignment, verdict: *Verdict) void {
    const typed: Signs = .of(found.typed);
    const registered: Signs = .of(found.registered);
    const outside = typed.before == registered.before and typed.after == registered.after;
    if (outside and typed.stuck <= registered.connecting and registered.stuck <= typed.connecting) return;
    verdict.note(.word_differs, .cmtc);
}

/// The signs of a name, counted.
const Signs = struct {
    /// Those before the first core word.
    before: u8 = 0,
    /// Those after the last.
    after: u8 = 0,
    /// Those between, with a space on one side only.
    stuck: u8 = 0,
    /// Those between, and connecting words.
    connecting: u8 = 0,

    fn of(name: *const Prepared) Signs {
        std.debug.assert(name.core != 0);
        const first = @ctz(name.core);
        const last = prepared.highest(name.core);
        var signs: Signs = .{};
        var positions = each(name.light);
        while (positions.next()) |i| {
            const folded = &name.words[i];
            if (!folded.sign) {
                signs.connecting += @intFromBool(folded.word.is(tables.connector));
            } else if (i < first) {
                signs.before += 1;
            } else if (i > last) {
                signs.after += 1;
            } else {
                signs.connecting += 1;
                signs.stuck += @intFromBool((name.gaps[i] == 0) != (name.gaps[i + 1] == 0));
            }
        }
        return signs;
    }
};

/// Judges words in another order; letters of an abbreviation in another order are another one.
fn judgeOrder(found: *const Alignment, verdict: *Verdict) void {
    var buffer: [words.words_max]u8 = undefined;
    const order = found.order(&buffer);
    if (order.len < 2) return;
    const folded = found.registered.words;
    for (order[0 .. order.len - 1], order[1..]) |a, b| {
        if (a < b) continue;
        verdict.note(.order, .cmtc);
        if (folded[a].length() == 1 and folded[b].length() == 1) verdict.note(.word_differs, .nmtc);
    }
}
