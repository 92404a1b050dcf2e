//! Phrases of several words, such as "trading as": the tables hold each written as one word. Same as
//! matcher/phrases.py.

const keys = @import("key.zig");
const tables = @import("tables.zig");
const words = @import("words.zig");
const Folded = words.Folded;

const phrase_words_max = 5;

/// The words from `start` up to `end`.
pub const Phrase = struct { start: usize, end: usize };

/// The first phrase with a tag, the longest there, behind some word.
pub fn find(text: words.Text, tag: u16) ?Phrase {
    var content = false;
    for (text.words, 0..) |*folded, start| {
        if (content and folded.word.is(tag | tables.opens)) {
            const end = endOf(text, start, tag);
            if (end > 0) return .{ .start = start, .end = end };
        }
        content = content or !folded.sign;
    }
    return null;
}

/// Where the longest phrase that begins at `start` ends; 0 if there is none.
fn endOf(text: words.Text, start: usize, tag: u16) usize {
    const longest: usize = if (text.words[start].word.is(tables.opens)) phrase_words_max else 1;
    var key: keys.Key = .{};
    var best: usize = 0;
    var slashed = true;
    for (start + 1..@min(text.words.len, start + longest) + 1) |end| {
        // The key leaves signs out, but no phrase holds one.
        if (text.words[end - 1].sign or !key.take(.back, &text.words[end - 1])) break;
        slashed = slashed and (end == start + 1 or text.gaps[end - 1] & words.slash != 0);
        const word = key.find(text.words[start..end], &.{}, keys.any) orelse continue;
        if (!word.is(tag)) continue;
        if (!word.is(tables.weak) or (slashed and end > start + 1)) best = end;
    }
    return best;
}
