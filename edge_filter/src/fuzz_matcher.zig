//! The matcher against hostile and random input, natively: `python -m edge_filter.fuzz`. Nothing may trap, and every
//! answer must be one that docs/formats.md allows. A failure prints the seed and the input's number, which repeat it.
//!
//! Arguments: seed, seconds, first input's number, and a file of inputs to begin with: `u32 length` before each.

const std = @import("std");
const matcher = @import("matcher/matcher.zig");
const conversion = @import("matcher/conversion.zig");
const inputs = @import("tests/matcher_inputs.zig");

pub const panic = std.debug.FullPanic(panicWithInput);

const output_bytes_max = 1_024;
/// As long as the buffer that `parity_buffer` gives.
const explanation_bytes_max = 131_072;
const corpus_bytes_max = 64 * 1024 * 1024;
/// How often the clock is asked whether the time is over.
const inputs_per_look = 64;

var seed: u64 = 0;
var number: u64 = 0;
var of_corpus = true;
var output: [output_bytes_max]u8 = undefined;
var explanation: [explanation_bytes_max]u8 = undefined;

/// Says how to repeat what trapped, then traps.
fn panicWithInput(message: []const u8, first_address: ?usize) noreturn {
    const where = if (of_corpus) "the corpus" else "the seed";
    std.debug.print("input {d} of {s}, seed {d}\n", .{ number, where, seed });
    std.debug.defaultPanic(message, first_address);
}

pub fn main(init: std.process.Init) !void {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    seed = try std.fmt.parseInt(u64, arguments[1], 10);
    const seconds = try std.fmt.parseInt(i64, arguments[2], 10);
    const first = try std.fmt.parseInt(u64, arguments[3], 10);
    var tally: Tally = .{};
    if (arguments.len > 4) {
        const dir: std.Io.Dir = .cwd();
        const allocator = init.arena.allocator();
        try tally.corpus(try dir.readFileAlloc(init.io, arguments[4], allocator, .limited(corpus_bytes_max)));
    }
    const from_corpus = tally.inputs;
    of_corpus = false;
    number = first;
    const start = std.Io.Clock.awake.now(init.io);
    while (true) {
        for (0..inputs_per_look) |_| {
            tally.random();
            number += 1;
        }
        if (start.durationTo(std.Io.Clock.awake.now(init.io)).toSeconds() >= seconds) break;
    }
    std.debug.print("seed {d}: {d} inputs of the corpus, {d} at random, {d} decided: {d} MTCH, {d} CMTC, {d} NMTC, {d} NOAP\n", .{
        seed,              from_corpus,       tally.inputs - from_corpus, tally.decided, tally.outcomes[0], tally.outcomes[1],
        tally.outcomes[2], tally.outcomes[3],
    });
}

/// What became of the inputs.
const Tally = struct {
    inputs: u64 = 0,
    decided: u64 = 0,
    outcomes: [4]u64 = @splat(0),
    maker: inputs.Maker = .{ .random = undefined },

    fn corpus(tally: *Tally, bytes: []const u8) !void {
        var reader: matcher.record.Reader = .{ .bytes = bytes };
        while (reader.at < bytes.len) : (number += 1) tally.run(try reader.take(try reader.int(u32)));
    }

    /// Each input has a generator of its own, so that its number alone repeats it.
    fn random(tally: *Tally) void {
        var generator: std.Random.DefaultPrng = .init(seed +% number *% 0x9e3779b97f4a7c15);
        tally.maker.random = generator.random();
        tally.run(tally.maker.make());
    }

    fn run(tally: *Tally, input: []const u8) void {
        tally.inputs += 1;
        const length = matcher.parity.decide(input, &output);
        const explained = matcher.parity.explain(input, &explanation);
        std.debug.assert((length == 0) == (explained == 0));
        if (length == 0) return;
        std.debug.assert(std.mem.startsWith(u8, explanation[0..explained], output[0..length]));
        tally.decided += 1;
        tally.outcomes[check(output[0..length]) - 1] += 1;
    }
};

/// Checks a decision against docs/formats.md, section 10, and gives its outcome.
fn check(decision: []const u8) u8 {
    const outcome = decision[0];
    const score = std.mem.readInt(u16, decision[3..5], .little);
    const reasons = decision[6..][0..decision[5]];
    const name = decision[6 + reasons.len ..][2..];
    std.debug.assert(std.mem.readInt(u16, decision[6 + reasons.len ..][0..2], .little) == name.len);
    switch (outcome) {
        1 => std.debug.assert(score >= 900 and score <= 1000 and name.len == 0),
        2 => std.debug.assert(score >= 600 and score < 900 and name.len > 0),
        3 => std.debug.assert(score < 600 and name.len == 0),
        4 => std.debug.assert(score == 0 and name.len == 0),
        else => unreachable,
    }
    std.debug.assert(matcher.record.characters(name).? <= conversion.name_characters_max);
    std.debug.assert(reasons.len > 0);
    for (reasons[0 .. reasons.len - 1], reasons[1..]) |reason, next| std.debug.assert(reason < next);
    return outcome;
}
