//! The near fits of organisations' names: one slip of the pen. Same as matcher/organisations/align.py.

const alignment = @import("../alignment.zig");
const prepared = @import("../prepared.zig");
const tables = @import("../tables.zig");
const typos = @import("../typos.zig");
const Alignment = alignment.Alignment;
const Prepared = prepared.Prepared;
const Steps = alignment.Steps;

const typo_lengths: typos.Lengths = .{ .one = 5, .two = 9, .first = 6 };
const typo_words_max = 1;
const known_tags = tables.generic | tables.particle | tables.connector | tables.number_word;

/// Aligns two organisations' names: what is equal first, then a typo.
pub fn alignNames(
    found: *Alignment,
    typed: *const Prepared,
    registered: *const Prepared,
    budget: u8,
    steps: *Steps,
) Steps.Error!void {
    try found.alignEqual(typed, registered, steps);
    if (found.typedLeft() == 0 or found.registeredLeft() == 0) return;
    try typos.fit(found, budget, typo_words_max, mayBeTypo, steps);
}

/// Whether a difference may be a mere slip: never between two known words.
fn mayBeTypo(found: *const Alignment, i: usize, j: usize) ?*const typos.Lengths {
    const a = &found.typed.words[i];
    const b = &found.registered.words[j];
    if (a.digits or b.digits or (isKnown(a.word) and isKnown(b.word))) return null;
    return &typo_lengths;
}

fn isKnown(word: tables.WordPointer) bool {
    return word.is(known_tags) or word.number != 0 or word.sex != 0;
}
