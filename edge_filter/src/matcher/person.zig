//! The rules for persons: given name against surname is what counts. Same as matcher/person.py.

const std = @import("std");
const align_form = @import("align.zig");
const model = @import("model.zig");
const names = @import("names.zig");
const scripts = @import("scripts.zig");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Alignment = align_form.Alignment;
const Fit = align_form.Fit;
const Policy = @import("policy.zig").Policy;
const Verdict = model.Verdict;
const each = names.each;
const has = names.has;

/// Judges a typed name against a registered person's name.
pub fn judge(found: *const Alignment, policy: *const Policy) Verdict {
    var verdict: Verdict = .{ .similarity = found.similarity() };
    const typed_core = found.typed.name.core;
    const typed_left = found.typed.left(typed_core);
    const registered_left = found.registered.left(found.registered.name.core);
    if (typed_left == typed_core) {
        verdict.note(.nothing_in_common, .nmtc);
        return verdict;
    }
    if (typed_left == 0 and registered_left == 0 and allFull(found)) verdict.note(.exact, .mtch);
    judgeSurname(found, policy, &verdict);
    judgeGiven(found, policy, typed_left, &verdict);
    judgeMiddles(found, policy, &verdict);
    judgeExtra(found, policy, typed_left, registered_left, &verdict);
    judgeFits(found, policy, &verdict);
    judgeGenerations(found, &verdict);
    judgeLight(found, &verdict);
    judgeOrder(found, &verdict);
    scripts.judge(found, policy, &verdict);
    return verdict;
}

fn allFull(found: *const Alignment) bool {
    var positions = each(found.typed.name.core);
    while (positions.next()) |i| if (found.typed.fits[i] != .full) return false;
    return true;
}

fn judgeSurname(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const name = found.registered.name;
    const left = found.registered.left(name.surname);
    if (left == 0) return;
    if (left == name.surname and !middleSurnameFits(found)) return verdict.note(.surname_missing, .nmtc);
    const full_given = if (name.given) |given| found.registered.fits[given] == .full else false;
    verdict.note(.surname_partial, if (full_given) policy.surname_partial else .nmtc);
}

fn middles(found: *const Alignment) names.Set {
    const name = found.registered.name;
    const given: names.Set = if (name.given) |given| names.bit(given) else 0;
    return name.core & ~name.surname & ~name.generations & ~given;
}

/// Whether a middle word fits in full that may be the first of two surnames.
fn middleSurnameFits(found: *const Alignment) bool {
    const name = found.registered.name;
    if (name.certain) return false;
    var positions = each(middles(found));
    while (positions.next()) |j| {
        if (found.registered.fits[j] != .full) continue;
        if (name.words[j].sex == 0 and name.tokens[j].length() > 1) return true;
    }
    return false;
}

fn judgeGiven(found: *const Alignment, policy: *const Policy, typed_left: names.Set, verdict: *Verdict) void {
    const given = found.registered.name.given orelse return;
    if (found.registered.fits[given] != .none) return;
    if (typed_left != 0) return verdict.note(.given_differs, .nmtc);
    if (otherGivenFits(found)) return verdict.note(.given_missing, .cmtc);
    verdict.note(.surname_only, policy.surname_only);
}

/// Whether a middle word fits in full that is no first of two surnames (García Robledo alone).
fn otherGivenFits(found: *const Alignment) bool {
    const name = found.registered.name;
    var positions = each(middles(found));
    while (positions.next()) |j| {
        if (found.registered.fits[j] != .full) continue;
        if (name.certain or name.words[j].sex != 0) return true;
    }
    return false;
}

fn judgeMiddles(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const name = found.registered.name;
    var positions = each(middles(found));
    while (positions.next()) |j| {
        if (found.registered.fits[j] != .none) continue;
        const hyphenated = name.tokens[j].hyphen or (j + 1 < name.tokens.len and name.tokens[j + 1].hyphen);
        const maybe_surname = !name.certain and name.words[j].sex == 0 and name.tokens[j].length() > 1;
        if (hyphenated or maybe_surname) {
            verdict.note(.surname_partial, policy.surname_partial);
        } else {
            verdict.note(.middle_missing, policy.middle_missing);
        }
    }
}

/// Judges typed words that fit nothing: beside a registered word left over, they contradict it.
fn judgeExtra(
    found: *const Alignment,
    policy: *const Policy,
    typed_left: names.Set,
    registered_left: names.Set,
    verdict: *Verdict,
) void {
    const extra = typed_left & ~found.typed.name.generations;
    if (extra == 0) return;
    if (registered_left & ~found.registered.name.generations != 0) return verdict.note(.given_differs, .nmtc);
    if (@popCount(extra) > 1) return verdict.note(.words_extra, .nmtc);
    if (found.typed.name.tokens[@ctz(extra)].hyphen) {
        verdict.note(.surname_partial, policy.surname_partial);
    } else {
        verdict.note(.middle_extra, policy.middle_extra);
    }
}

/// Judges near fits: each has its ceiling, and a weak surname beside a weak given name is no match.
fn judgeFits(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    var fits: std.EnumSet(Fit) = .empty;
    var positions = each(found.registered.name.core);
    while (positions.next()) |j| fits.insert(found.registered.fits[j]);
    if (fits.contains(.initial_typed)) verdict.note(.initial_typed, policy.initial_typed);
    if (fits.contains(.initial_registered)) verdict.note(.initial_registered, policy.initial_registered);
    if (fits.contains(.variant)) verdict.note(.given_variant, policy.given_variant);
    if (fits.contains(.ending)) verdict.note(.surname_ending, policy.surname_ending);
    if (fits.contains(.typo)) verdict.note(.typo, policy.typo);
    if (found.spacing) verdict.note(.spacing, if (found.fused) .cmtc else .mtch);
    const weak_given = if (found.registered.name.given) |given| switch (found.registered.fits[given]) {
        .initial_typed, .initial_registered, .variant => true,
        .none, .full, .ending, .typo => false,
    } else false;
    const weak_rest = fits.contains(.typo) or fits.contains(.ending) or verdict.reasons.has(.middle_extra);
    if (weak_given and weak_rest) verdict.note(.given_differs, .nmtc);
    if (fits.contains(.ending) and fits.contains(.typo)) verdict.note(.surname_missing, .nmtc);
}

fn judgeGenerations(found: *const Alignment, verdict: *Verdict) void {
    const typed = found.typed.left(found.typed.name.generations) != 0;
    const registered = found.registered.left(found.registered.name.generations) != 0;
    if (typed and registered) {
        verdict.note(.number_differs, .nmtc);
    } else if (typed or registered) {
        verdict.note(.number_differs, .cmtc);
    }
}

fn judgeLight(found: *const Alignment, verdict: *Verdict) void {
    var particle_sides: u8 = 0;
    inline for (.{ &found.typed, &found.registered }) |side| {
        var particle = false;
        var positions = each(side.left(side.name.light));
        while (positions.next()) |i| {
            if (side.name.tokens[i].sign) continue;
            const word = side.name.words[i];
            if (word.is(tables.title)) {
                verdict.note(.title_ignored, .mtch);
            } else if (word.is(tables.particle)) {
                particle = true;
            }
        }
        particle_sides += @intFromBool(particle);
    }
    if (particle_sides == 2) verdict.note(.particle_differs, .cmtc);
    if (particle_sides == 1) verdict.note(.particle_ignored, .mtch);
}

/// Judges the order: the surname may stand first or last; names around bin or ibn never change places.
fn judgeOrder(found: *const Alignment, verdict: *Verdict) void {
    var buffer: [words.words_max]u8 = undefined;
    const order = found.order(&buffer);
    if (order.len < 2) return;
    var descents: usize = 0;
    for (order[0 .. order.len - 1], order[1..]) |a, b| {
        if (a > b) descents += 1;
    }
    if (descents == 0) return;
    if (isLinked(found.typed.name) or isLinked(found.registered.name)) return verdict.note(.order, .nmtc);
    const rotated = descents == 1 and order[order.len - 1] < order[0];
    verdict.note(.order, if (rotated) .mtch else .cmtc);
}

fn isLinked(name: *const names.Prepared) bool {
    for (name.words[0..name.tokens.len]) |word| if (word.is(tables.link)) return true;
    return false;
}
