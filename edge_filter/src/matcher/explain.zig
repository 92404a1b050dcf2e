//! Why a decision fell as it did, in the byte form of docs/formats.md, section 10. Same as matcher/explain.py.

const std = @import("std");
const prepared = @import("prepared.zig");
const record = @import("record.zig");
const tables = @import("tables.zig");
const verdict_form = @import("verdict.zig");
const words = @import("words.zig");
const Alignment = @import("alignment.zig").Alignment;
const Link = @import("alignment.zig").Link;
const Note = verdict_form.Note;
const Prepared = prepared.Prepared;
const Set = prepared.Set;
const Verdict = verdict_form.Verdict;
const each = prepared.each;
const has = prepared.has;

const no_knob = 255;
/// Bytes of the longest explanation: each part with as many words, pairs and notes as there can be.
pub const bytes_max = 1 + notes_bytes_max + record.holders_max * part_bytes_max;
const part_bytes_max = 5 + 2 * side_bytes_max + 1 + words.words_max * 13 + notes_bytes_max;
const side_bytes_max = 1 + words.words_max * 4 + words.text_characters_max * words.letter_bytes_max;
const notes_bytes_max = 1 + verdict_form.notes_max * 3;

/// What a word is in its name; the numbers are bits.
const Tag = enum(u4) {
    surname = 0,
    given = 1,
    middle = 2,
    generation = 3,
    title = 4,
    particle = 5,
    connector = 6,
    sign = 7,
    initial = 8,
    distinctive = 9,
    generic = 10,
    number = 11,
    form = 12,
    branch = 13,
    core = 14,
    light = 15,
};

const Tags = std.EnumSet(Tag);

/// Writes explanations to the front of a buffer that holds any of them.
pub const Writer = struct {
    buffer: []u8,
    at: usize = 0,

    /// The name that a typed text, or a part of it, was judged by; `found` is null if nothing was compared.
    pub fn part(writer: *Writer, holder: u8, name: u8, verdict: *const Verdict, found: ?*const Alignment) void {
        writer.int(u8, holder);
        writer.int(u8, name);
        writer.int(u8, @backingInt(verdict.outcome));
        writer.int(u16, verdict.similarity);
        if (found) |alignment| {
            writer.side(alignment.typed);
            writer.side(alignment.registered);
            writer.int(u8, alignment.link_count);
            for (alignment.links()) |link| writer.pair(alignment, link);
        } else {
            for (0..3) |_| writer.int(u8, 0);
        }
        writer.notes(verdict.notes.items());
    }

    pub fn notes(writer: *Writer, items: []const Note) void {
        writer.int(u8, @intCast(items.len));
        for (items) |note| {
            writer.int(u8, @backingInt(note.reason));
            writer.int(u8, @backingInt(note.ceiling));
            writer.int(u8, if (note.knob) |knob| @backingInt(knob) else no_knob);
        }
    }

    fn side(writer: *Writer, name: *const Prepared) void {
        writer.int(u8, @intCast(name.words.len));
        for (name.words, 0..) |*folded, i| {
            writer.int(u16, @intCast(tagsOf(name, i).bits.mask));
            writer.int(u16, folded.length());
            writer.put(folded.first());
        }
    }

    fn pair(writer: *Writer, found: *const Alignment, link: Link) void {
        const letters = lettersOf(found.typed, link.typed) + lettersOf(found.registered, link.registered);
        writer.int(u32, link.typed);
        writer.int(u32, link.registered);
        writer.int(u8, @backingInt(link.fit));
        writer.int(u16, link.weight);
        writer.int(u16, letters -| link.weight);
    }

    pub fn int(writer: *Writer, comptime T: type, value: T) void {
        var bytes: [@sizeOf(T)]u8 = undefined;
        std.mem.writeInt(T, &bytes, value, .little);
        writer.put(&bytes);
    }

    fn put(writer: *Writer, bytes: []const u8) void {
        std.debug.assert(bytes.len <= writer.buffer.len - writer.at);
        @memcpy(writer.buffer[writer.at..][0..bytes.len], bytes);
        writer.at += bytes.len;
    }
};

/// Letters of the words that must fit.
fn lettersOf(name: *const Prepared, set: Set) u16 {
    var letters: u16 = 0;
    var positions = each(set & name.core);
    while (positions.next()) |i| letters += name.words[i].length();
    return letters;
}

fn tagsOf(name: *const Prepared, i: usize) Tags {
    var tags: Tags = switch (name.kind) {
        .person => personTags(name, i),
        .organisation => organisationTags(name, i),
    };
    if (has(name.core, i)) {
        tags.insert(.core);
    } else if (has(name.light, i)) {
        tags.insert(.light);
    }
    return tags;
}

fn personTags(name: *const Prepared, i: usize) Tags {
    if (!has(name.core, i)) return if (has(name.light, i)) lightTags(name, i) else .empty;
    if (has(name.generations, i)) return .initOne(.generation);
    const given = name.given == @as(u8, @intCast(i));
    var tags: Tags = .initOne(if (has(name.surname, i)) .surname else if (given) .given else .middle);
    if (name.words[i].letter()) tags.insert(.initial);
    return tags;
}

fn organisationTags(name: *const Prepared, i: usize) Tags {
    if (has(name.light, i)) return lightTags(name, i);
    if (!has(name.core, i)) return .initOne(if (has(name.branch, i)) .branch else .form);
    const folded = &name.words[i];
    var tags: Tags = .initOne(if (folded.word.is(tables.generic)) .generic else .distinctive);
    if (folded.digits or name.numbers[i] > 0 or folded.word.is(tables.number_word)) tags.insert(.number);
    return tags;
}

fn lightTags(name: *const Prepared, i: usize) Tags {
    const folded: *const words.Folded = &name.words[i];
    if (folded.sign) return .initOne(.sign);
    if (has(name.titles, i)) return .initOne(.title);
    return .initOne(if (folded.word.is(tables.connector)) .connector else .particle);
}
