//! What a word sounds like: a skeleton that is the same under different conventions of spelling. Same as
//! matcher/persons/sound.py.
//!
//! A skeleton is written from left to right: at each place the first rule that applies there is taken, and a
//! letter that would repeat the one before is left out. The rules stand in the order in which they are tried.

const std = @import("std");
const alignment = @import("../alignment.zig");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const texts = @import("../texts.zig");
const words = @import("../words.zig");
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Steps = alignment.Steps;

/// Letters of a word whose sound is taken.
pub const sounded_letters_max = 64;
/// Letters that one letter's sound is written with, at most.
const growth_max = 2;
/// Bytes of the foldings of one name's words: four for each of its characters, in each of a word's foldings.
const foldings_bytes_max = words.text_characters_max * 4 * words.variants_max;

/// Where in a word a rule applies.
const At = enum {
    any,
    end,
    /// Anywhere but at the start.
    inside,
    /// Before a vowel.
    vowel,
    start,
    /// Where no letter follows that softens a c: e, i or y.
    hard,
};

const Rule = struct { from: []const u8, to: []const u8, at: At };

/// Conventions of writing one given name: Christina and Kristina, Eva and Ewa, Lesley and Leslie.
const given_rules = [_]Rule{
    .{ .from = "ey", .to = "i", .at = .end },
    .{ .from = "ie", .to = "i", .at = .end },
    .{ .from = "ee", .to = "i", .at = .end },
    .{ .from = "ah", .to = "a", .at = .end },
    .{ .from = "sch", .to = "s", .at = .any },
    .{ .from = "sh", .to = "s", .at = .any },
    .{ .from = "ph", .to = "f", .at = .any },
    .{ .from = "th", .to = "t", .at = .any },
    .{ .from = "ch", .to = "k", .at = .any },
    .{ .from = "ck", .to = "k", .at = .any },
    .{ .from = "kh", .to = "k", .at = .any },
    .{ .from = "c", .to = "k", .at = .hard },
    .{ .from = "q", .to = "k", .at = .any },
    .{ .from = "x", .to = "ks", .at = .any },
    .{ .from = "w", .to = "v", .at = .any },
    .{ .from = "y", .to = "i", .at = .any },
    .{ .from = "j", .to = "i", .at = .any },
    .{ .from = "z", .to = "s", .at = .inside },
};
/// The same for known given names, which keep z from s.
const written_rules = given_rules[0 .. given_rules.len - 1].*;

/// What is left of a name that one script writes by its sound, and the other as it is at home.
const crossed_rules = [_]Rule{
    .{ .from = "dzh", .to = "i", .at = .start },
    .{ .from = "dsch", .to = "i", .at = .start },
    .{ .from = "dj", .to = "i", .at = .start },
    .{ .from = "j", .to = "i", .at = .start },
    .{ .from = "y", .to = "i", .at = .start },
    .{ .from = "i", .to = "i", .at = .start },
    .{ .from = "dzh", .to = "", .at = .vowel },
    .{ .from = "dsch", .to = "", .at = .vowel },
    .{ .from = "dj", .to = "", .at = .vowel },
    .{ .from = "j", .to = "", .at = .vowel },
    .{ .from = "y", .to = "", .at = .vowel },
    .{ .from = "i", .to = "", .at = .vowel },
    .{ .from = "u", .to = "v", .at = .vowel },
    .{ .from = "e", .to = "", .at = .end },
    .{ .from = "h", .to = "", .at = .end },
    .{ .from = "tsch", .to = "s", .at = .any },
    .{ .from = "shch", .to = "s", .at = .any },
    .{ .from = "sch", .to = "s", .at = .any },
    .{ .from = "tch", .to = "s", .at = .any },
    .{ .from = "chs", .to = "ks", .at = .any },
    .{ .from = "tsh", .to = "s", .at = .any },
    .{ .from = "tz", .to = "s", .at = .any },
    .{ .from = "ts", .to = "s", .at = .any },
    .{ .from = "cz", .to = "s", .at = .any },
    .{ .from = "rz", .to = "s", .at = .any },
    .{ .from = "sz", .to = "s", .at = .any },
    .{ .from = "sh", .to = "s", .at = .any },
    .{ .from = "zh", .to = "s", .at = .any },
    .{ .from = "ph", .to = "f", .at = .any },
    .{ .from = "th", .to = "t", .at = .any },
    .{ .from = "rh", .to = "r", .at = .start },
    .{ .from = "gh", .to = "k", .at = .any },
    .{ .from = "ch", .to = "k", .at = .any },
    .{ .from = "ck", .to = "k", .at = .any },
    .{ .from = "kh", .to = "k", .at = .any },
    .{ .from = "ce", .to = "se", .at = .any },
    .{ .from = "ci", .to = "si", .at = .any },
    .{ .from = "cy", .to = "si", .at = .any },
    .{ .from = "hl", .to = "l", .at = .inside },
    .{ .from = "hm", .to = "m", .at = .inside },
    .{ .from = "hn", .to = "n", .at = .inside },
    .{ .from = "hr", .to = "r", .at = .inside },
    .{ .from = "ht", .to = "t", .at = .inside },
    .{ .from = "ea", .to = "a", .at = .any },
    .{ .from = "ei", .to = "ai", .at = .any },
    .{ .from = "ey", .to = "ai", .at = .any },
    .{ .from = "ay", .to = "ai", .at = .any },
    .{ .from = "oo", .to = "u", .at = .any },
    .{ .from = "ou", .to = "u", .at = .any },
    .{ .from = "ee", .to = "i", .at = .any },
    .{ .from = "ae", .to = "e", .at = .any },
    .{ .from = "oe", .to = "o", .at = .any },
    .{ .from = "ue", .to = "u", .at = .any },
    .{ .from = "x", .to = "ks", .at = .any },
    .{ .from = "c", .to = "k", .at = .any },
    .{ .from = "q", .to = "k", .at = .any },
    .{ .from = "g", .to = "k", .at = .any },
    .{ .from = "h", .to = "k", .at = .any },
    .{ .from = "w", .to = "f", .at = .any },
    .{ .from = "v", .to = "f", .at = .any },
    .{ .from = "z", .to = "s", .at = .any },
    .{ .from = "y", .to = "i", .at = .any },
    .{ .from = "j", .to = "i", .at = .any },
};

/// The letters that a skeleton has once where they repeat.
const Once = enum { all, vowels };

/// The two kinds of skeleton.
pub const Kind = enum { given, crossed };

/// The rules by the letter that they begin with, in their order.
fn Indexed(comptime rules: []const Rule) type {
    return struct {
        const sorted: [rules.len]Rule = table: {
            @setEvalBranchQuota(10_000);
            var table: [rules.len]Rule = undefined;
            var count: usize = 0;
            for ('a'..'z' + 1) |letter| {
                for (rules) |rule| if (rule.from[0] == letter) {
                    table[count] = rule;
                    count += 1;
                };
            }
            std.debug.assert(count == rules.len);
            break :table table;
        };
        const ends: [26]u8 = table: {
            @setEvalBranchQuota(10_000);
            var table: [26]u8 = undefined;
            var count: u8 = 0;
            for (&table, 'a'..) |*end, letter| {
                for (rules) |rule| count += @intFromBool(rule.from[0] == letter);
                end.* = count;
            }
            break :table table;
        };

        fn of(letter: u8) []const Rule {
            if (letter < 'a' or letter > 'z') return &.{};
            const number = letter - 'a';
            const start = if (number == 0) 0 else ends[number - 1];
            return sorted[start..ends[number]];
        }
    };
}

/// Writes the skeleton of a text into `out`; its length. The letters `once` are written once where they repeat.
fn write(comptime rules: []const Rule, comptime once: Once, text: []const u8, out: []u8) usize {
    std.debug.assert(out.len >= growth_max * text.len);
    var count: usize = 0;
    var at: usize = 0;
    while (at < text.len) {
        var from = text[at .. at + 1];
        var to = from;
        for (Indexed(rules).of(text[at])) |*rule| {
            if (!texts.startsWith(text[at..], rule.from)) continue;
            if (!applies(rule.at, text, at, at + rule.from.len)) continue;
            from = rule.from;
            to = rule.to;
            break;
        }
        for (to) |letter| {
            if (count > 0 and out[count - 1] == letter and (once == .all or isVowel(letter))) continue;
            out[count] = letter;
            count += 1;
        }
        at += from.len;
    }
    return count;
}

fn applies(where: At, text: []const u8, start: usize, end: usize) bool {
    return switch (where) {
        .any => true,
        .end => end == text.len and start > 0,
        .inside => start > 0,
        .vowel => end < text.len and isVowel(text[end]),
        .start => start == 0,
        .hard => end == text.len or std.mem.findScalar(u8, "eiy", text[end]) == null,
    };
}

fn isVowel(letter: u8) bool {
    return std.mem.findScalar(u8, "aeiouy", letter) != null;
}

/// Bytes of the coarse sound of a word of `sounded_letters_max` letters, at most.
pub const sound_bytes_max = growth_max * sounded_letters_max;

/// The coarse sound by which words of two scripts are compared, written into `out`.
pub fn crossed(text: []const u8, out: *[sound_bytes_max]u8) []const u8 {
    std.debug.assert(text.len <= sounded_letters_max);
    return out[0..write(&crossed_rules, .all, text, out)];
}

/// Whether two given names, or names that are given names too, have one skeleton.
pub fn givenAlike(x: []const u8, y: []const u8) bool {
    return haveOne(&given_rules, .all, x, y);
}

/// Whether two known given names have one skeleton that keeps z from s, and nn from n: Deniz and Dennis have not.
pub fn writtenAlike(x: []const u8, y: []const u8) bool {
    return haveOne(&written_rules, .vowels, x, y);
}

fn haveOne(comptime rules: []const Rule, comptime once: Once, x: []const u8, y: []const u8) bool {
    if (x.len > sounded_letters_max or y.len > sounded_letters_max) return false;
    var a: [sound_bytes_max]u8 = undefined;
    var b: [sound_bytes_max]u8 = undefined;
    return words.equal(a[0..write(rules, once, x, &a)], b[0..write(rules, once, y, &b)]);
}

/// The sounds of the foldings of some of a name's words.
pub const Sounds = struct {
    bytes: [growth_max * foldings_bytes_max]u8,
    starts: [words.words_max][words.variants_max]u16,
    lengths: [words.words_max][words.variants_max]u8,
    counts: [words.words_max]u8,
    /// The words whose sounds are taken.
    words: Set,
    /// The words by the hashes of their sounds, so that most comparisons need not be made.
    index: [bucket_count]Set,

    const bucket_count = 32;

    comptime {
        std.debug.assert(growth_max * foldings_bytes_max <= std.math.maxInt(u16));
        std.debug.assert(growth_max * sounded_letters_max <= std.math.maxInt(u8));
    }

    /// Takes the sounds of those of the words in `left` that fold to base Latin.
    pub fn take(
        sounds: *Sounds,
        comptime kind: Kind,
        side: *const Prepared,
        left: Set,
        steps: *Steps,
    ) Steps.Error!void {
        const rules: []const Rule = switch (kind) {
            .given => &given_rules,
            .crossed => &crossed_rules,
        };
        sounds.words = 0;
        sounds.index = @splat(0);
        var used: usize = 0;
        var positions = prepared.each(left);
        while (positions.next()) |i| {
            const folded = &side.words[i];
            if (!folded.base() or folded.digits) continue;
            sounds.words |= prepared.bit(i);
            sounds.counts[i] = 0;
            for (0..folded.variant_count) |number| {
                const text = folded.variant(number);
                if (text.len > sounded_letters_max) continue;
                try steps.take(text.len);
                const length = write(rules, .all, text, sounds.bytes[used..]);
                sounds.starts[i][sounds.counts[i]] = @intCast(used);
                sounds.lengths[i][sounds.counts[i]] = @intCast(length);
                sounds.counts[i] += 1;
                sounds.index[bucket(sounds.bytes[used..][0..length])] |= prepared.bit(i);
                used += length;
            }
        }
    }

    fn bucket(text: []const u8) usize {
        return tables.hashOf(text) % bucket_count;
    }

    /// The words that may sound like one of another name's.
    pub fn like(sounds: *const Sounds, other: *const Sounds, i: usize) Set {
        var set: Set = 0;
        for (0..other.count(i)) |number| set |= sounds.index[bucket(other.of(i, number))];
        return set;
    }

    /// How many sounds a word has.
    pub fn count(sounds: *const Sounds, i: usize) usize {
        std.debug.assert(prepared.has(sounds.words, i));
        return sounds.counts[i];
    }

    /// One of the sounds of a word.
    pub fn of(sounds: *const Sounds, i: usize, number: usize) []const u8 {
        std.debug.assert(number < sounds.count(i));
        return sounds.bytes[sounds.starts[i][number]..][0..sounds.lengths[i][number]];
    }
};

test "conventions of spelling sound alike, and sexes do not" {
    const alike = .{
        .{ "christina", "kristina" }, .{ "eva", "ewa" },    .{ "lesley", "leslie" }, .{ "philipp", "filip" },
        .{ "iulia", "julia" },        .{ "sarah", "sara" },
    };
    inline for (alike) |pair| try std.testing.expect(soundAlike(&given_rules, pair[0], pair[1]));
    const apart = .{ .{ "michel", "michelle" }, .{ "maria", "mario" }, .{ "jan", "jana" }, .{ "zara", "sara" } };
    inline for (apart) |pair| try std.testing.expect(!soundAlike(&given_rules, pair[0], pair[1]));
    try std.testing.expect(soundAlike(&crossed_rules, "kyunast", "kunast"));
    try std.testing.expect(soundAlike(&crossed_rules, "sholts", "scholz"));
}

fn soundAlike(comptime rules: []const Rule, a: []const u8, b: []const u8) bool {
    return haveOne(rules, .all, a, b);
}
