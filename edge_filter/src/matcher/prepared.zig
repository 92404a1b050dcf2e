//! A name made ready to compare: its words, and what each of them is. Same as matcher/prepared.py.

const std = @import("std");
const tables = @import("tables.zig");
const words = @import("words.zig");
const HolderKind = @import("record.zig").HolderKind;
const Folded = words.Folded;

/// A set of words: bit i for word i.
pub const Set = u32;

pub fn bit(at: usize) Set {
    std.debug.assert(at < words.words_max);
    return @as(Set, 1) << @intCast(at);
}

pub fn has(set: Set, at: usize) bool {
    return set & bit(at) != 0;
}

/// The words before `at`.
pub fn below(at: usize) Set {
    return bit(at) - 1;
}

/// The first `count` words, which may be all there can be.
pub fn before(count: usize) Set {
    return if (count == words.words_max) std.math.maxInt(Set) else below(count);
}

/// The last word of a set that is not empty.
pub fn highest(set: Set) usize {
    std.debug.assert(set != 0);
    return words.words_max - 1 - @clz(set);
}

/// Walks the positions in a set, ascending.
pub const Positions = struct {
    left: Set,

    pub fn next(positions: *Positions) ?usize {
        if (positions.left == 0) return null;
        defer positions.left &= positions.left - 1;
        return @ctz(positions.left);
    }
};

pub fn each(set: Set) Positions {
    return .{ .left = set };
}

/// The positions in a set, ascending, in a list.
pub fn list(set: Set, buffer: *[words.words_max]u8) []const u8 {
    var count: usize = 0;
    var positions = each(set);
    while (positions.next()) |i| : (count += 1) buffer[count] = @intCast(i);
    return buffer[0..count];
}

/// The words by their foldings, so that most comparisons need not be made.
pub const Index = struct {
    /// By the first letters.
    heads: [bucket_count]Set,
    /// By the hashes.
    wholes: [bucket_count]Set,

    const bucket_count = 32;

    fn fill(index: *Index, folded: []const Folded) void {
        index.heads = @splat(0);
        index.wholes = @splat(0);
        for (folded, 0..) |*one, at| {
            for (one.hashes[0..one.variant_count], 0..) |hash, number| {
                index.heads[one.variant(number)[0] % bucket_count] |= bit(at);
                index.wholes[hash % bucket_count] |= bit(at);
            }
        }
    }

    /// Words that may begin as a folding of `folded` does.
    pub fn beginLike(index: *const Index, folded: *const Folded) Set {
        var set: Set = 0;
        for (0..folded.variant_count) |number| set |= index.heads[folded.variant(number)[0] % bucket_count];
        return set;
    }

    /// Words that may share a folding with `folded`.
    pub fn like(index: *const Index, folded: *const Folded) Set {
        var set: Set = 0;
        for (folded.hashes[0..folded.variant_count]) |hash| set |= index.wholes[hash % bucket_count];
        return set;
    }
};

/// The classes of a legal form.
const Forms = struct {
    buffer: [buffer_max]u16,
    count: u8,

    /// Those of the form at the end, of the one at the start, and of both together.
    const buffer_max = 3 * tables.forms_max;

    pub fn set(forms: *Forms, classes: []align(1) const u16) void {
        for (classes, 0..) |form, at| forms.buffer[at] = form;
        forms.count = @intCast(classes.len);
    }

    pub fn items(forms: *const Forms) []const u16 {
        return forms.buffer[0..forms.count];
    }

    /// Adds what is in `classes`.
    pub fn widen(forms: *Forms, classes: []align(1) const u16) void {
        next: for (classes) |form| {
            for (forms.items()) |known| if (known == form) continue :next;
            forms.buffer[forms.count] = form;
            forms.count += 1;
        }
    }

    /// Keeps only what is in `classes` too; false, and unchanged, if that is nothing.
    pub fn narrow(forms: *Forms, classes: []align(1) const u16) bool {
        var kept: u8 = 0;
        var narrowed: [buffer_max]u16 = undefined;
        for (forms.items()) |form| {
            // Not std.mem.findScalar: the tables lie at any address, and it wants an even one.
            for (classes) |class| {
                if (class != form) continue;
                narrowed[kept] = form;
                kept += 1;
                break;
            }
        }
        if (kept == 0) return false;
        forms.* = .{ .buffer = narrowed, .count = kept };
        return true;
    }
};

/// The words of one name and what each is; the rules of each kind fill it in.
pub const Prepared = struct {
    kind: HolderKind,
    words: []const Folded,
    gaps: []const u8,
    /// The text's length as it was given.
    characters: u8,
    /// The words that must fit.
    core: Set,
    /// Titles, particles and connecting words: free to be missing.
    light: Set,
    /// Junior, III and their like: core words of a person that are neither given name nor surname.
    generations: Set,
    /// An organisation's branch suffix: neither core nor light.
    branch: Set,
    /// Empty if it has no legal form.
    forms: Forms,
    /// Whether the legal form may as well be a word of the name (Ute, Sal).
    form_doubtful: bool,
    /// The synonyms of an organisation's words that a bare full stop joins to the next (F.lli), 0 for others.
    dotted: [words.words_max]u16,
    /// The values of an organisation's words that are numbers, 0 for others.
    numbers: [words.words_max]u16,
    /// Light words that are a person's titles.
    titles: Set,
    surname: Set,
    /// The first given name.
    given: ?u8,
    /// Whether a comma or capitals mark the surname.
    certain: bool,
    index: Index,

    pub fn init(name: *Prepared, kind: HolderKind, text: words.Text) void {
        std.debug.assert(text.words.len <= words.words_max);
        std.debug.assert(text.gaps.len == text.words.len + 1);
        name.kind = kind;
        name.words = text.words;
        name.gaps = text.gaps;
        name.characters = text.characters;
        name.core = 0;
        name.light = 0;
        name.generations = 0;
        name.branch = 0;
        name.forms.count = 0;
        name.form_doubtful = false;
        @memset(name.dotted[0..text.words.len], 0);
        @memset(name.numbers[0..text.words.len], 0);
        name.titles = 0;
        name.surname = 0;
        name.given = null;
        name.certain = false;
        name.index.fill(text.words);
    }

    /// Whether only a hyphen stands between word i and the one before.
    pub fn hyphen(name: *const Prepared, i: usize) bool {
        return i > 0 and name.gaps[i] == words.hyphen;
    }

    /// Whether a comma stands before word i.
    pub fn comma(name: *const Prepared, i: usize) bool {
        return name.gaps[i] & words.comma != 0;
    }

    /// Whether a full stop follows word i.
    pub fn dot(name: *const Prepared, i: usize) bool {
        return name.gaps[i + 1] & words.dot != 0;
    }

    /// Scripts of the core words.
    pub fn scripts(name: *const Prepared) u8 {
        var all: u8 = 0;
        var positions = each(name.core);
        while (positions.next()) |i| all |= name.words[i].scripts;
        return all;
    }
};
