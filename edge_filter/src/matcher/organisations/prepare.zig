//! Tags the words of an organisation's name: legal form, branch, numbers, connecting words and articles. Same as
//! matcher/organisations/prepare.py.

const forms = @import("forms.zig");
const phrases = @import("../phrases.zig");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const words = @import("../words.zig");
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const bit = prepared.bit;

const statuses_max = 3;
const number_digits_max = 4;
/// Letters of a form written as one word that may be a given name: two letters (OÜ) are none.
const doubtful_letters_min = 3;
/// Words between a legal form and "branch" that say whose branch ("plc, Danish Branch").
const branch_place_words_max = 2;

/// Tags the words; `core` is empty if there is nothing to compare.
pub fn prepare(name: *Prepared, text: words.Text) void {
    name.init(.organisation, text);
    if (name.words.len == 0) return;
    var tags: u16 = 0;
    var numbers = false;
    for (name.words) |*folded| {
        tags |= folded.word.tags;
        numbers = numbers or folded.digits or folded.word.number != 0;
    }
    var last = name.words.len;
    if (tags & (tables.branch | tables.opens) != 0) last = cutBranch(name, text);
    tagKept(name, stripForms(name, last));
    if (numbers) findNumbers(name);
    findDotted(name);
}

/// Tags the words that neither the legal form nor the branch suffix took.
fn tagKept(name: *Prepared, kept: Set) void {
    const first = @ctz(kept);
    const last = prepared.highest(kept);
    var core: Set = 0;
    var light: Set = 0;
    var signs: Set = 0;
    var positions = prepared.each(kept);
    while (positions.next()) |i| {
        const folded = &name.words[i];
        const between = first < i and i < last;
        const joins = folded.word.is(tables.connector) and between and !abbreviated(name, i);
        if (folded.sign) {
            signs |= bit(i);
        } else if (joins or (folded.word.is(tables.particle) and folded.length() > 1)) {
            light |= bit(i);
        } else {
            core |= bit(i);
        }
    }
    name.core = if (core != 0) core else light;
    name.light = signs | if (core != 0) light else 0;
}

/// Whether a word is a letter of a dotted abbreviation; the German "u." between words is none.
fn abbreviated(name: *const Prepared, i: usize) bool {
    if (name.words[i].length() > 1) return false;
    if (name.dot(i - 1)) return true;
    if (!name.dot(i)) return false;
    return name.words[i].first()[0] != 'u' or name.words[i + 1].length() == 1;
}

/// Finds digits, and numerals that do not begin the name.
fn findNumbers(name: *Prepared) void {
    for (name.words, 0..) |*folded, i| {
        if (folded.digits) {
            if (folded.scripts == 0) name.numbers[i] = valueOf(folded.first());
        } else if (name.core & prepared.below(i) != 0 and (folded.upper or !isWordToo(folded.first()))) {
            name.numbers[i] = folded.word.number;
        }
    }
}

/// Whether a roman numeral is a word too, in small letters (Salon Vi, Delta Xi).
fn isWordToo(numeral: []const u8) bool {
    return words.equal(numeral, "vi") or words.equal(numeral, "xi");
}

/// The value of a few digits, 0 for many.
fn valueOf(digits: []const u8) u16 {
    if (digits.len > number_digits_max) return 0;
    var value: u16 = 0;
    for (digits) |digit| value = value * 10 + (digit - '0');
    return value;
}

/// Finds short forms with a full stop inside, whose parts are words of their own.
fn findDotted(name: *Prepared) void {
    for (0..name.words.len - 1) |i| {
        if (name.gaps[i + 1] != words.dot) continue;
        var buffer: [tables.key_bytes_max]u8 = undefined;
        const head = name.words[i].first();
        const tail = name.words[i + 1].first();
        if (head.len + tail.len > buffer.len) continue;
        @memcpy(buffer[0..head.len], head);
        @memcpy(buffer[head.len..][0..tail.len], tail);
        const word = tables.find(buffer[0 .. head.len + tail.len]) orelse continue;
        name.dotted[i] = word.synonym;
    }
}

/// Finds the branch suffix, a word such as "branch" and all behind it; gives where it begins.
fn cutBranch(name: *Prepared, text: words.Text) usize {
    const phrase = phrases.find(text, tables.branch) orelse return name.words.len;
    var start = phrase.start;
    if (forms.atEnd(name, start) == null) {
        var end = start - 1;
        while (end > @max(1, (start - 1) -| branch_place_words_max)) : (end -= 1) {
            const found = forms.atEnd(name, end) orelse continue;
            if (found.word.form_count == 0) continue;
            start = end;
            break;
        }
    }
    name.branch = prepared.before(name.words.len) & ~prepared.below(start);
    return start;
}

/// Finds the legal form at the end, else at the start, else inside; gives the words that are left.
fn stripForms(name: *Prepared, end: usize) Set {
    var last = end;
    var end_form: ?forms.Found = null;
    for (0..statuses_max) |_| {
        const found = forms.atEnd(name, last) orelse break;
        last = found.start;
        if (found.word.form_count == 0) continue;
        name.forms.set(found.word.forms());
        name.form_doubtful = doubtful(name, &found);
        end_form = found;
        break;
    }
    const first = stripStart(name, last, end_form);
    const kept = prepared.before(last) & ~prepared.below(first);
    if (name.forms.count > 0) return kept;
    const found = forms.inside(name, last) orelse return kept;
    name.forms.set(found.word.forms());
    return kept & ~(prepared.before(found.end) & ~prepared.below(found.start));
}

/// Finds the legal form at the start; gives where the rest begins.
fn stripStart(name: *Prepared, last: usize, end_form: ?forms.Found) usize {
    const found = forms.atStart(name, last) orelse return 0;
    const classes = found.word.forms();
    if (end_form) |*behind| {
        if (forms.parallel(name, &found, behind)) |both| {
            name.forms.widen(classes);
            name.forms.widen(both.forms());
            return found.end;
        }
    }
    if (name.forms.count == 0) {
        name.forms.set(classes);
        name.form_doubtful = doubtful(name, &found);
        return found.end;
    }
    if (!name.forms.narrow(classes)) return 0;
    name.form_doubtful = false;
    return found.end;
}

/// Whether a form may as well be a word of the name, as the tables say of it and nothing else shows.
fn doubtful(name: *const Prepared, found: *const forms.Found) bool {
    if (!found.word.is(tables.weak) or found.end - found.start != 1) return false;
    return name.words[found.start].length() >= doubtful_letters_min;
}
