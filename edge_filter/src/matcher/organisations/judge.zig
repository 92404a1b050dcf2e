//! The rules for organisations: distinctive words, numbers and legal forms. Same as
//! matcher/organisations/judge.py.

const std = @import("std");
const prepared = @import("../prepared.zig");
const scripts = @import("../scripts.zig");
const tables = @import("../tables.zig");
const verdict_form = @import("../verdict.zig");
const words = @import("../words.zig");
const Alignment = @import("../alignment.zig").Alignment;
const Policy = @import("../policy.zig").Policy;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Verdict = verdict_form.Verdict;
const each = prepared.each;

/// Judges a typed name against a registered organisation's name.
pub fn judge(found: *const Alignment, policy: *const Policy, notes: *verdict_form.Notes) Verdict {
    var verdict: Verdict = .init(found.similarity(), notes);
    const typed_left = found.typedLeft();
    const registered_left = found.registeredLeft();
    if (registered_left == found.registered.core) {
        verdict.note(.nothing_in_common, .nmtc);
        return verdict;
    }
    if (typed_left != 0 or registered_left != 0) {
        judgeLeft(found, policy, typed_left, registered_left, &verdict);
    } else if (!found.fits.has(.typo)) {
        verdict.note(.exact, .mtch);
    }
    judgeForm(found, policy, &verdict);
    judgeFits(found, policy, &verdict);
    if (found.typed.light | found.registered.light != 0) {
        judgeLight(found, &verdict);
        judgeOuterSigns(found, &verdict);
    }
    judgeOrder(found, &verdict);
    scripts.judge(found, policy, &verdict);
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

/// Judges words on one side only: numbers and distinctive words decide, generic ones only lower.
fn judgeLeft(
    found: *const Alignment,
    policy: *const Policy,
    typed_left: Set,
    registered_left: Set,
    verdict: *Verdict,
) void {
    const typed = found.typed;
    const registered = found.registered;
    if (hasNumber(typed, typed_left) or hasNumber(registered, registered_left)) {
        verdict.note(.number_differs, .nmtc);
    }
    const both = typed_left != 0 and registered_left != 0;
    const distinctive = hasDistinctive(typed, typed_left) or hasDistinctive(registered, registered_left);
    if (both or distinctive or !hasDistinctive(registered, registered.core & ~registered_left)) {
        verdict.note(.word_differs, .nmtc);
    } else {
        verdict.noteKnob(.generic_differs, policy, .generic_differs);
    }
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
    if (!hasDistinctive(found.registered, found.registered.core)) verdict.note(.form_missing, .cmtc);
}

/// Judges near fits: a typo beside another form or a missing word is no match.
fn judgeFits(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    if (found.fits.has(.joined)) verdict.note(.spacing, .mtch);
    if (found.fits.has(.synonym)) verdict.note(.synonym, .mtch);
    const form_differs = verdict.has(.form_differs);
    const generic_differs = verdict.has(.generic_differs);
    if (found.fits.has(.typo)) {
        if (form_differs or generic_differs) {
            verdict.note(.typo, .nmtc);
        } else {
            verdict.noteKnob(.typo, policy, .typo);
        }
    }
    if (form_differs and generic_differs) verdict.note(.word_differs, .nmtc);
}

const Light = struct { sign: bool = false, connector: bool = false, other: bool = false };

/// Judges connecting words, which stand for one another, and articles: only the sign & may be lost.
fn judgeLight(found: *const Alignment, verdict: *Verdict) void {
    const typed = lightOf(found.typed, found.typed_free);
    const registered = lightOf(found.registered, found.registered_free);
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
fn lightOf(name: *const Prepared, free: Set) Light {
    var light: Light = .{};
    var positions = each(name.light & free);
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

/// Judges the signs & and + before and after all words: there they are part of a name (Canal+).
fn judgeOuterSigns(found: *const Alignment, verdict: *Verdict) void {
    if (!std.meta.eql(outerSigns(found.typed), outerSigns(found.registered))) {
        verdict.note(.word_differs, .cmtc);
    }
}

const OuterSigns = struct { before: u8 = 0, after: u8 = 0 };

/// Counts the signs before the first core word, and those after the last.
fn outerSigns(name: *const Prepared) OuterSigns {
    std.debug.assert(name.core != 0);
    const first = @ctz(name.core);
    const last = prepared.highest(name.core);
    var signs: OuterSigns = .{};
    var positions = each(name.light);
    while (positions.next()) |i| {
        if (!name.words[i].sign) continue;
        signs.before += @intFromBool(i < first);
        signs.after += @intFromBool(i > last);
    }
    return signs;
}

fn judgeOrder(found: *const Alignment, verdict: *Verdict) void {
    var buffer: [words.words_max]u8 = undefined;
    const order = found.order(&buffer);
    if (order.len < 2) return;
    for (order[0 .. order.len - 1], order[1..]) |a, b| {
        if (a > b) return verdict.note(.order, .cmtc);
    }
}
