//! The rules for persons: given name against surname is what counts. Same as matcher/persons/judge.py.

const std = @import("std");
const alignment = @import("../alignment.zig");
const model = @import("../model.zig");
const prepared = @import("../prepared.zig");
const scripts = @import("../scripts.zig");
const tables = @import("../tables.zig");
const words = @import("../words.zig");
const verdict_form = @import("../verdict.zig");
const Alignment = alignment.Alignment;
const Fit = alignment.Fit;
const Fits = alignment.Fits;
const Folded = words.Folded;
const Knob = verdict_form.Knob;
const Policy = @import("../policy.zig").Policy;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Verdict = verdict_form.Verdict;
const each = prepared.each;
const has = prepared.has;

const Near = struct { fit: Fit, reason: model.Reason, knob: Knob };

const weak: Fits = .of(&.{ .initial_typed, .initial_registered, .variant });
const near = [_]Near{
    .{ .fit = .initial_typed, .reason = .initial_typed, .knob = .initial_typed },
    .{ .fit = .initial_registered, .reason = .initial_registered, .knob = .initial_registered },
    .{ .fit = .variant, .reason = .given_variant, .knob = .given_variant },
    .{ .fit = .sound, .reason = .given_variant, .knob = .given_variant },
    .{ .fit = .ending, .reason = .surname_ending, .knob = .surname_ending },
    .{ .fit = .typo, .reason = .typo, .knob = .typo },
};
/// Middle names that either sex bears (Klaus Maria, María José).
const of_both_sexes = [_][]const u8{ "maria", "marie", "mary", "jose" };
/// Endings of East Slavic father's names, which stand in the middle and are no surnames there.
const patronymics = [_][]const u8{
    "ovich", "evich", "ovych", "evych", "ovitch", "evitch", "ovna", "evna", "ivna",
};
const spelled_alike: Fits = .of(&.{ .full, .joined });

/// Judges a typed name against a registered person's name.
pub fn judge(found: *const Alignment, policy: *const Policy, notes: *verdict_form.Notes) Verdict {
    var verdict: Verdict = .init(found.similarity(), notes);
    const typed_left = found.typedLeft();
    const registered_left = found.registeredLeft();
    if (typed_left == found.typed.core) {
        verdict.note(.nothing_in_common, .nmtc);
        return verdict;
    }
    if (typed_left != 0 or registered_left != 0) {
        judgeSurname(found, policy, &verdict);
        judgeGiven(found, policy, typed_left, &verdict);
        judgeMiddles(found, policy, &verdict);
        judgeExtra(found, policy, typed_left, registered_left, &verdict);
    } else if (!found.fits.beyond(spelled_alike)) {
        verdict.note(.exact, .mtch);
    }
    if (found.fits.beyond(.of(&.{.full}))) judgeFits(found, policy, typed_left, &verdict);
    if (found.typed.generations | found.registered.generations != 0) judgeGenerations(found, &verdict);
    if (found.typed.light | found.registered.light != 0) judgeLight(found, &verdict);
    judgeOrder(found, &verdict);
    scripts.judge(found, policy, &verdict);
    return verdict;
}

fn judgeSurname(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const registered = found.registered;
    const left = found.registeredLeft() & registered.surname;
    if (left == 0) return;
    if (left == registered.surname and !middleSurnameFits(found)) {
        return verdict.note(.surname_missing, .nmtc);
    }
    const full_given = if (registered.given) |given| found.fitsFully(given) else false;
    if (full_given) {
        verdict.noteKnob(.surname_partial, policy, .surname_partial);
    } else {
        verdict.note(.surname_partial, .nmtc);
    }
}

fn middles(registered: *const Prepared) Set {
    const given: Set = if (registered.given) |given| prepared.bit(given) else 0;
    return registered.core & ~registered.surname & ~registered.generations & ~given;
}

/// Whether a middle word fits in full that may be the first of two surnames (Ana Mato Adrover).
fn middleSurnameFits(found: *const Alignment) bool {
    const registered = found.registered;
    if (registered.certain) return false;
    var positions = each(middles(registered));
    while (positions.next()) |j| {
        if (!found.fitsFully(j)) continue;
        const folded = &registered.words[j];
        if (folded.word.sex == 0 and folded.length() > 1) return true;
    }
    return false;
}

fn judgeGiven(found: *const Alignment, policy: *const Policy, typed_left: Set, verdict: *Verdict) void {
    const given = found.registered.given orelse return;
    if (found.fitOf(given) != .none) return;
    if (typed_left != 0) return verdict.note(.given_differs, .nmtc);
    if (otherGivenFits(found)) return verdict.note(.given_missing, .cmtc);
    verdict.noteKnob(.surname_only, policy, .surname_only);
}

/// Whether a middle word fits in full that is no first of two surnames (García Robledo alone). Or a word typed
/// as a name does that is taken for a title: Don Vogt, Don Martin Vogt.
fn otherGivenFits(found: *const Alignment) bool {
    const registered = found.registered;
    for (found.links()) |link| {
        if (link.typed & found.typed.core != 0 and link.registered & registered.titles != 0) return true;
    }
    var positions = each(middles(registered));
    while (positions.next()) |j| {
        if (!found.fitsFully(j)) continue;
        if (registered.certain or registered.words[j].word.sex != 0) return true;
    }
    return false;
}

fn judgeMiddles(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const registered = found.registered;
    var positions = each(middles(registered));
    while (positions.next()) |j| {
        if (found.fitOf(j) != .none) continue;
        const folded = &registered.words[j];
        const hyphenated = registered.hyphen(j) or
            (j + 1 < registered.words.len and registered.hyphen(j + 1));
        const maybe_surname = !registered.certain and
            (mayBeSurname(folded) or ofOtherSex(registered, folded));
        if (hyphenated and verdict.has(.surname_partial)) {
            verdict.note(.given_differs, .nmtc);
        } else if (hyphenated or maybe_surname) {
            verdict.noteKnob(.surname_partial, policy, .surname_partial);
        } else {
            verdict.noteKnob(.middle_missing, policy, .middle_missing);
        }
    }
}

/// Whether a middle word is a given name of the other sex, and so the first surname (Ana Martín López).
fn ofOtherSex(registered: *const Prepared, middle: *const Folded) bool {
    const given = registered.words[registered.given orelse return false].word.sex;
    const sex = middle.word.sex;
    if (sex == 0 or given == 0 or sex & given != 0) return false;
    for (of_both_sexes) |name| if (words.equal(middle.first(), name)) return false;
    return true;
}

fn mayBeSurname(folded: *const Folded) bool {
    if (folded.word.sex != 0 or folded.letters <= 1) return false;
    for (patronymics) |ending| if (std.mem.endsWith(u8, folded.first(), ending)) return false;
    return true;
}

/// Judges typed words that fit nothing: beside a registered word left over, they contradict it.
fn judgeExtra(
    found: *const Alignment,
    policy: *const Policy,
    typed_left: Set,
    registered_left: Set,
    verdict: *Verdict,
) void {
    const extra = typed_left & ~found.typed.generations;
    if (extra == 0) return;
    if (registered_left & ~found.registered.generations != 0) return verdict.note(.given_differs, .nmtc);
    if (@popCount(extra) > 1 or found.registered.given == null) return verdict.note(.words_extra, .nmtc);
    if (found.typed.hyphen(@ctz(extra)) or mayBeSecondSurname(found.typed, @ctz(extra))) {
        verdict.noteKnob(.surname_partial, policy, .surname_partial);
    } else {
        verdict.noteKnob(.middle_extra, policy, .middle_extra);
    }
}

/// Whether a word behind another one may be a surname, as far as can be told.
fn mayBeSecondSurname(typed: *const Prepared, i: usize) bool {
    return !typed.certain and typed.core & prepared.below(i) != 0 and mayBeSurname(&typed.words[i]);
}

/// Judges near fits: each has its ceiling, and a weak surname beside a weak given name is no match. A variant
/// of a given name is weak, but not in another script, where names are written by their sound.
fn judgeFits(found: *const Alignment, policy: *const Policy, typed_left: Set, verdict: *Verdict) void {
    inline for (near) |one| {
        if (found.fits.has(one.fit)) verdict.noteKnob(one.reason, policy, one.knob);
    }
    if (found.fits.has(.letter_unknown)) verdict.note(.letter_unknown, .cmtc);
    if (found.fits.has(.joined)) verdict.note(.spacing, if (fused(found)) .cmtc else .mtch);
    const ending = found.fits.has(.ending);
    const fit: Fit = if (found.registered.given) |given| found.fitOf(given) else .none;
    var extra = false;
    var positions = each(typed_left & ~found.typed.generations);
    while (positions.next()) |i| {
        const folded = &found.typed.words[i];
        const other_given = fit == .initial_registered and folded.word.sex != 0;
        extra = extra or (folded.letters > 1 and !other_given);
    }
    if (weak.has(fit) and (ending or extra)) verdict.note(.given_differs, .nmtc);
    const one_script = found.typed.scripts() & found.registered.scripts() != 0;
    const weak_given = weak.has(fit) and (fit != .variant or one_script);
    const doubted = weak_given or ending or extra or verdict.has(.surname_partial);
    if (found.fits.has(.typo) and doubted) verdict.note(.surname_missing, .nmtc);
}

/// Whether a given name and a surname are one word on the other side.
fn fused(found: *const Alignment) bool {
    for (found.links()) |link| {
        if (link.fit != .joined) continue;
        if (spans(found.typed, link.typed) or spans(found.registered, link.registered)) return true;
    }
    return false;
}

/// Whether a run of words holds a surname and a given name; Mc Donald is a surname alone.
fn spans(side: *const Prepared, run: Set) bool {
    if (run & side.surname == 0) return false;
    const first = side.words[@ctz(run)].first();
    if (words.equal(first, "mc") or words.equal(first, "mac")) return false;
    var positions = each(run & ~side.surname);
    while (positions.next()) |i| {
        if (side.given == @as(u8, @intCast(i)) or side.words[i].word.sex != 0) return true;
    }
    return false;
}

fn judgeGenerations(found: *const Alignment, verdict: *Verdict) void {
    if (found.fits.has(.synonym)) verdict.note(.synonym, .mtch);
    const typed = found.typed_free & found.typed.generations != 0;
    const registered = found.registered_free & found.registered.generations != 0;
    if (typed and registered) {
        verdict.note(.number_differs, .nmtc);
    } else if (typed or registered) {
        verdict.note(.number_differs, .cmtc);
    }
}

fn judgeLight(found: *const Alignment, verdict: *Verdict) void {
    const typed_titles = found.typed.titles & found.typed_free;
    const registered_titles = found.registered.titles & found.registered_free;
    if (typed_titles != 0 or registered_titles != 0) verdict.note(.title_ignored, .mtch);
    if (found.typed.titles | found.registered.titles != 0) judgeAddress(found, verdict);
    const two = namesTwo(found.typed, found.typed_free) or namesTwo(found.registered, found.registered_free);
    if (two) verdict.note(.particle_ignored, .cmtc);
    const typed = particleLeft(found.typed, found.typed_free);
    const registered = particleLeft(found.registered, found.registered_free);
    if (typed and registered) {
        verdict.note(.particle_differs, .cmtc);
    } else if (typed or registered) {
        verdict.note(.particle_ignored, .mtch);
    }
}

/// Judges a form of address against the other side's, or its given name: Herr A. Vogt is not Frau A. Vogt.
fn judgeAddress(found: *const Alignment, verdict: *Verdict) void {
    const typed = address(found.typed);
    const registered = address(found.registered);
    const one = if (typed != 0) typed else givenSex(found.typed);
    const other = if (registered != 0) registered else givenSex(found.registered);
    if (one == 0 or other == 0 or one & other != 0) return;
    const in_full = if (found.registered.given) |given|
        found.fitsFully(given) and !found.registered.words[given].letter()
    else
        false;
    if (!in_full) return verdict.note(.given_differs, .nmtc);
    if (typed != 0 and registered != 0) verdict.note(.given_differs, .cmtc);
}

/// The sexes that the titles tell of.
fn address(name: *const Prepared) u16 {
    var sexes: u16 = 0;
    var positions = each(name.titles);
    while (positions.next()) |i| sexes |= name.words[i].word.person & (tables.male | tables.female);
    return sexes;
}

fn givenSex(name: *const Prepared) u16 {
    return name.words[name.given orelse return 0].word.sex;
}

/// Whether a word that means "and" fits nothing: it may part two holders (Peter und Müller).
fn namesTwo(name: *const Prepared, free: Set) bool {
    var positions = each(name.light & ~name.titles & free);
    while (positions.next()) |i| {
        const word = name.words[i].word;
        if (word.is(tables.connector) and !word.is(tables.weak)) return true;
    }
    return false;
}

fn particleLeft(name: *const Prepared, free: Set) bool {
    var positions = each(name.light & ~name.titles & free);
    while (positions.next()) |i| if (name.words[i].word.is(tables.particle)) return true;
    return false;
}

/// Judges the order: the surname may stand first or last; names around bin or ibn never change places.
fn judgeOrder(found: *const Alignment, verdict: *Verdict) void {
    var buffer: [words.words_max]u8 = undefined;
    const order = found.order(&buffer);
    if (order.len < 2) return;
    var descents: usize = 0;
    for (order[0 .. order.len - 1], order[1..]) |a, b| descents += @intFromBool(a > b);
    if (descents == 0) return;
    if (crossesDescent(found)) return verdict.note(.order, .nmtc);
    const rotated = descents == 1 and order[order.len - 1] < order[0];
    verdict.note(.order, if (rotated and !mayBeAnother(found, verdict)) .mtch else .cmtc);
}

/// Whether the surname is a given name too, unmarked, and a middle name lacks: Thomas Martin, Martin Peter Thomas.
fn mayBeAnother(found: *const Alignment, verdict: *const Verdict) bool {
    if (found.typed.certain or found.registered.certain or !verdict.has(.middle_missing)) return false;
    var positions = each(found.registered.surname);
    while (positions.next()) |i| if (found.registered.words[i].word.sex == 0) return false;
    return true;
}

/// Whether a word of descent (bin, ibn) stands before another name on one side than on the other.
fn crossesDescent(found: *const Alignment) bool {
    var typed_buffer: [words.words_max]u8 = undefined;
    var registered_buffer: [words.words_max]u8 = undefined;
    const typed = descendants(found.typed, &typed_buffer);
    const registered = descendants(found.registered, &registered_buffer);
    if (typed.len != registered.len) return true;
    for (typed, registered) |i, j| {
        for (found.links()) |link| {
            if (has(link.typed, i) and has(link.registered, j)) break;
        } else return true;
    }
    return false;
}

/// The names that follow a word of descent; Ben is a given name at either end.
fn descendants(side: *const Prepared, buffer: *[words.words_max]u8) []const u8 {
    var count: usize = 0;
    for (side.words, 0..) |*folded, i| {
        if (!folded.word.is(tables.link) or i + 1 == side.words.len) continue;
        if (i == 0 and !has(side.light, i)) continue;
        buffer[count] = @intCast(i + 1);
        count += 1;
    }
    return buffer[0..count];
}
