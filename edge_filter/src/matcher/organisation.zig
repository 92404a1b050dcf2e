//! The rules for organisations: distinctive words, numbers and legal forms. Same as matcher/organisation.py.

const std = @import("std");
const align_form = @import("align.zig");
const model = @import("model.zig");
const names = @import("names.zig");
const scripts = @import("scripts.zig");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Alignment = align_form.Alignment;
const Policy = @import("policy.zig").Policy;
const Prepared = names.Prepared;
const Set = names.Set;
const Verdict = model.Verdict;
const each = names.each;

/// Judges a typed name against a registered organisation's name.
pub fn judge(found: *const Alignment, policy: *const Policy) Verdict {
    var verdict: Verdict = .{ .similarity = found.similarity() };
    const registered_core = found.registered.name.core;
    const typed_left = found.typed.left(found.typed.name.core);
    const registered_left = found.registered.left(registered_core);
    if (registered_left == registered_core) {
        verdict.note(.nothing_in_common, .nmtc);
        return verdict;
    }
    const typo = hasTypo(found);
    if (typed_left == 0 and registered_left == 0 and !typo) verdict.note(.exact, .mtch);
    judgeLeft(found, policy, typed_left, registered_left, &verdict);
    judgeForm(found, policy, &verdict);
    judgeFits(found, policy, typo, &verdict);
    judgeLight(found, &verdict);
    judgeOuterSigns(found, &verdict);
    judgeOrder(found, &verdict);
    scripts.judge(found, policy, &verdict);
    return verdict;
}

fn hasTypo(found: *const Alignment) bool {
    var positions = each(found.registered.name.core);
    while (positions.next()) |j| if (found.registered.fits[j] == .typo) return true;
    return false;
}

fn hasNumber(name: *const Prepared, set: Set) bool {
    var positions = each(set);
    while (positions.next()) |i| {
        if (name.tokens[i].digits or name.numbers[i] > 0 or name.words[i].is(tables.number_word)) return true;
    }
    return false;
}

fn hasDistinctive(name: *const Prepared, set: Set) bool {
    var positions = each(set);
    while (positions.next()) |i| if (!name.words[i].is(tables.generic)) return true;
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
    const typed = found.typed.name;
    const registered = found.registered.name;
    if (hasNumber(typed, typed_left) or hasNumber(registered, registered_left)) {
        verdict.note(.number_differs, .nmtc);
    }
    if (typed_left == 0 and registered_left == 0) return;
    const both = typed_left != 0 and registered_left != 0;
    const distinctive = hasDistinctive(typed, typed_left) or hasDistinctive(registered, registered_left);
    if (both or distinctive or !hasDistinctive(registered, registered.core & ~registered_left)) {
        verdict.note(.word_differs, .nmtc);
    } else {
        verdict.note(.generic_differs, policy.generic_differs);
    }
}

fn judgeForm(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const typed = found.typed.name.forms.items();
    const registered = found.registered.name.forms.items();
    if (typed.len == 0 and registered.len == 0) return;
    if (typed.len != 0 and registered.len != 0) {
        for (typed) |a| for (registered) |b| if (a == b) return;
        return verdict.note(.form_differs, policy.form_differs);
    }
    verdict.note(.form_missing, policy.form_missing);
    if (!hasDistinctive(found.registered.name, found.registered.name.core)) {
        verdict.note(.form_missing, .cmtc);
    }
}

/// Judges near fits: a typo beside another form or a missing word is no match.
fn judgeFits(found: *const Alignment, policy: *const Policy, typo: bool, verdict: *Verdict) void {
    if (found.spacing) verdict.note(.spacing, .mtch);
    if (found.synonym) verdict.note(.synonym, .mtch);
    const form_differs = verdict.reasons.has(.form_differs);
    const generic_differs = verdict.reasons.has(.generic_differs);
    if (typo) verdict.note(.typo, if (form_differs or generic_differs) .nmtc else policy.typo);
    if (form_differs and generic_differs) verdict.note(.word_differs, .nmtc);
}

/// Judges connecting words, which stand for one another, and articles: only the sign & may be lost.
fn judgeLight(found: *const Alignment, verdict: *Verdict) void {
    var signs = false;
    var connectors = false;
    var stand_in_sides: u8 = 0;
    var other_sides: u8 = 0;
    inline for (.{ &found.typed, &found.registered }) |side| {
        var stands_in = false;
        var other = false;
        var positions = each(side.left(side.name.light));
        while (positions.next()) |i| {
            const sign = side.name.tokens[i].sign;
            const connector = !sign and side.name.words[i].is(tables.connector);
            signs = signs or sign;
            connectors = connectors or connector;
            stands_in = stands_in or sign or connector;
            other = other or !(sign or connector);
        }
        stand_in_sides += @intFromBool(stands_in);
        other_sides += @intFromBool(other);
    }
    if (signs or stand_in_sides == 2) verdict.note(.synonym, .mtch);
    if (other_sides == 2) {
        verdict.note(.particle_differs, .cmtc);
    } else if (other_sides == 1 or (connectors and stand_in_sides < 2)) {
        verdict.note(.particle_ignored, .cmtc);
    }
}

/// Judges the signs & and + before and after all words: there they are part of a name (Canal+).
fn judgeOuterSigns(found: *const Alignment, verdict: *Verdict) void {
    const typed = outerSigns(found.typed.name);
    const registered = outerSigns(found.registered.name);
    if (typed.before != registered.before or typed.after != registered.after) {
        verdict.note(.word_differs, .cmtc);
    }
}

const OuterSigns = struct { before: u8 = 0, after: u8 = 0 };

/// Counts the signs before the first core word, and those after the last.
fn outerSigns(name: *const Prepared) OuterSigns {
    std.debug.assert(name.core != 0);
    const first = @ctz(name.core);
    const last = words.words_max - 1 - @clz(name.core);
    var signs: OuterSigns = .{};
    var positions = each(name.light);
    while (positions.next()) |i| {
        if (!name.tokens[i].sign) continue;
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
