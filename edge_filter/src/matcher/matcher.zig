//! The matcher: names in, decision out. Pure: no host, no clock, no allocation. `matcher/` holds the same in
//! Python,
//! and tests/parity proves that both decide alike.

const std = @import("std");
const alignment = @import("alignment.zig");
const conversion = @import("conversion.zig");
const explanation = @import("explain.zig");
const identification = @import("identification.zig");
const joint = @import("joint.zig");
const pair = @import("pair.zig");
const prepared = @import("prepared.zig");
const tables = @import("tables.zig");
const verdict_form = @import("verdict.zig");
const words = @import("words.zig");
pub const model = @import("model.zig");
pub const parity = @import("parity.zig");
pub const policy = @import("policy.zig");
pub const record = @import("record.zig");
pub const Decision = model.Decision;
pub const Policy = policy.Policy;
const Prepared = prepared.Prepared;
const Steps = alignment.Steps;
const Text = words.Text;
const Verdict = verdict_form.Verdict;

/// SHA-256 of the tables that decisions rest on.
pub const tablesHash = tables.hash;
const perfect_score = 1000;

/// What the payer typed.
pub const Request = union(enum) {
    /// UTF-8.
    name: []const u8,
    identifications: []const record.Identification,
};

/// Working memory of one decision; never cleared.
pub const Scratch = struct {
    typed: words.Reader,
    registered: words.Reader,
    part: joint.Buffer,
    /// The typed words, made ready for each kind of holder.
    typed_prepared: std.enums.EnumArray(record.HolderKind, Prepared),
    registered_prepared: Prepared,
    pair: pair.Scratch,
    notes: verdict_form.Notes,
    identification: identification.Scratch,
    matched_name: [conversion.name_characters_max]u8,
};

/// Decides whether what the payer typed belongs to the account.
pub fn decide(
    request: Request,
    account: *const record.Account,
    knobs: *const Policy,
    scratch: *Scratch,
) Decision {
    return decided(request, account, knobs, scratch).decision;
}

/// Decides, then writes to `writer` why.
pub fn explain(
    request: Request,
    account: *const record.Account,
    knobs: *const Policy,
    scratch: *Scratch,
    writer: *explanation.Writer,
) Decision {
    const found = decided(request, account, knobs, scratch);
    var attempt: Attempt = .{ .account = account, .knobs = knobs, .scratch = scratch };
    attempt.explain(&found, writer);
    return found.decision;
}

/// A decision, and what it rests on: the typed text and the best candidate, if names were compared.
const Decided = struct {
    decision: Decision,
    text: Text = undefined,
    best: ?Candidate = null,

    fn without(outcome: model.Outcome, reason: model.Reason) Decided {
        return .{ .decision = .{ .outcome = outcome, .reasons = .of(reason) } };
    }
};

fn decided(
    request: Request,
    account: *const record.Account,
    knobs: *const Policy,
    scratch: *Scratch,
) Decided {
    if (account.status != .active) return .without(.noap, .not_active);
    const typed = switch (request) {
        .identifications => |typed| return .{
            .decision = identification.decide(typed, account, &scratch.identification),
        },
        .name => |typed| typed,
    };
    if (account.holder_count == 0) return .without(.noap, .no_holder);
    const text = scratch.typed.read(typed) catch return .without(.nmtc, .too_many_words);
    for (text.words) |*folded| {
        if (!folded.sign) break;
    } else return .without(.nmtc, .no_words);
    var attempt: Attempt = .{ .account = account, .knobs = knobs, .scratch = scratch };
    var best = attempt.best(text) catch return .without(.nmtc, .steps_exhausted);
    if (best.verdict.outcome == .nmtc) {
        if (attempt.compareAgain(text, &best).found) |found| best.verdict.similarity = pair.closeness(found);
    }
    return .{ .decision = disclosed(best, account, knobs, &scratch.matched_name), .text = text, .best = best };
}

/// Two names compared: what the rules say, and what fits what if there was anything to compare. The alignment
/// and the verdict's notes lie in the scratch until the next names are compared.
const Compared = struct {
    verdict: Verdict,
    found: ?*const alignment.Alignment,
};

/// How one name of one holder fared.
const Candidate = struct {
    verdict: Verdict,
    disclosable: bool,
    holder: u8,
    name: u8,
    /// Several holders were typed, and each part fits one of its own.
    together: bool = false,

    fn score(candidate: *const Candidate) u16 {
        return verdict_form.score(candidate.verdict.outcome, candidate.verdict.similarity);
    }

    /// Better outcome, then score, then disclosable; the order of holders breaks ties.
    fn beats(a: *const Candidate, b: *const Candidate) bool {
        if (a.verdict.outcome != b.verdict.outcome) {
            return @backingInt(a.verdict.outcome) < @backingInt(b.verdict.outcome);
        }
        if (a.score() != b.score()) return a.score() > b.score();
        return a.disclosable and !b.disclosable;
    }
};

/// The work on one request: typed words against one account.
const Attempt = struct {
    account: *const record.Account,
    knobs: *const Policy,
    scratch: *Scratch,
    steps: Steps = .{},

    /// The best of single holders and, where several were typed, of all of them together.
    fn best(attempt: *Attempt, text: Text) Steps.Error!Candidate {
        const single = try attempt.bestSingle(text, 0);
        if (single.verdict.outcome == .mtch or attempt.account.holder_count == 1) return single;
        const parts: joint.Parts = .init(text);
        if (parts.count < 2) return single;
        const together = try attempt.bestTogether(&parts) orelse return single;
        return if (together.beats(&single)) together else single;
    }

    /// Tries every name of every holder that is not in `taken`.
    fn bestSingle(attempt: *Attempt, text: Text, taken: u32) Steps.Error!Candidate {
        var ready: std.EnumSet(record.HolderKind) = .empty;
        var found: ?Candidate = null;
        for (attempt.account.holders(), 0..) |holder, h| {
            if (taken >> @intCast(h) & 1 != 0) continue;
            const typed = attempt.scratch.typed_prepared.getPtr(holder.kind);
            if (!ready.contains(holder.kind)) pair.prepare(typed, text, holder.kind);
            ready.insert(holder.kind);
            for (attempt.account.names(holder), 0..) |name, n| {
                const compared = try attempt.compareName(typed, name, holder.kind);
                const candidate: Candidate = .{
                    .verdict = compared.verdict,
                    .disclosable = attempt.mayDisclose(holder, name),
                    .holder = @intCast(h),
                    .name = @intCast(n),
                };
                if (found == null or candidate.beats(&found.?)) found = candidate;
                if (found.?.score() == perfect_score and found.?.disclosable) return found.?;
            }
        }
        return found.?;
    }

    fn mayDisclose(attempt: *const Attempt, holder: record.Holder, name: record.Name) bool {
        const by_kind = switch (holder.kind) {
            .person => attempt.knobs.disclose_person,
            .organisation => attempt.knobs.disclose_organisation,
        };
        if (holder.never_disclose or attempt.account.never_disclose) return false;
        return by_kind and name.kind != .former;
    }

    fn compareName(
        attempt: *Attempt,
        typed: *const Prepared,
        name: record.Name,
        kind: record.HolderKind,
    ) Steps.Error!Compared {
        var compared = try attempt.compare(typed, name.text, kind);
        switch (name.kind) {
            .registered => {},
            .alias => compared.verdict.note(.alias, .mtch),
            .former => compared.verdict.note(.former, .mtch),
        }
        return compared;
    }

    fn compare(
        attempt: *Attempt,
        typed: *const Prepared,
        text: []const u8,
        kind: record.HolderKind,
    ) Steps.Error!Compared {
        const scratch = attempt.scratch;
        const read = scratch.registered.read(text) catch return attempt.incomparable(.too_many_words);
        const registered = &scratch.registered_prepared;
        pair.prepare(registered, read, kind);
        if (typed.core == 0 or registered.core == 0) return attempt.incomparable(.no_words);
        const compared = try pair.compare(typed, registered, attempt.knobs, &scratch.pair, &attempt.steps);
        return .{ .verdict = compared.verdict, .found = compared.found };
    }

    fn incomparable(attempt: *Attempt, reason: model.Reason) Compared {
        return .{ .verdict = .incomparable(reason, &attempt.scratch.notes), .found = null };
    }

    /// Compares once more what decided, for what that leaves in the scratch; the steps sufficed before.
    fn compareAgain(attempt: *Attempt, text: Text, candidate: *const Candidate) Compared {
        const holder = attempt.account.holders()[candidate.holder];
        const name = attempt.account.names(holder)[candidate.name];
        const typed = attempt.scratch.typed_prepared.getPtr(holder.kind);
        attempt.steps = .{};
        pair.prepare(typed, text, holder.kind);
        const compared = attempt.compareName(typed, name, holder.kind) catch unreachable;
        std.debug.assert(compared.verdict.outcome == candidate.verdict.outcome);
        return compared;
    }

    /// Fits each part to a holder of its own, in the order typed; null unless every part fits closely.
    fn bestTogether(attempt: *Attempt, parts: *const joint.Parts) Steps.Error!?Candidate {
        if (parts.count > attempt.account.holder_count) return null;
        var taken: u32 = 0;
        var all: ?Candidate = null;
        // A close match says of each part that was close that it is near to a holder's name.
        var may_tell = true;
        var verdict: Verdict = .init(perfect_score, &attempt.scratch.notes);
        for (0..parts.count) |number| {
            const part = parts.part(number, &attempt.scratch.part);
            const candidate = try attempt.bestSingle(part, taken);
            if (@backingInt(candidate.verdict.outcome) > @backingInt(model.Outcome.cmtc)) return null;
            taken |= @as(u32, 1) << @intCast(candidate.holder);
            if (candidate.verdict.outcome == .cmtc and !candidate.disclosable) may_tell = false;
            verdict.note(.joint, candidate.verdict.outcome);
            verdict.reasons.bits |= candidate.verdict.reasons.bits;
            verdict.similarity = @min(verdict.similarity, candidate.verdict.similarity);
            if (all == null or candidate.beats(&all.?)) all = candidate;
        }
        var together = all.?;
        together.verdict = verdict;
        together.disclosable = together.disclosable and may_tell;
        together.together = true;
        return together;
    }

    /// Writes the rules on the whole, then each part.
    fn explain(attempt: *Attempt, found: *const Decided, writer: *explanation.Writer) void {
        const candidate = found.best orelse {
            attempt.explainReasons(&found.decision, writer);
            return writer.int(u8, 0);
        };
        var whole: Verdict = .init(0, &attempt.scratch.notes);
        if (candidate.together) whole.note(.joint, .mtch);
        if (found.decision.reasons.has(.not_disclosable)) {
            whole.noteKnob(.not_disclosable, attempt.knobs, .withheld);
        }
        writer.notes(whole.notes.items());
        if (candidate.together) return attempt.explainParts(found.text, writer);
        writer.int(u8, 1);
        attempt.explainPart(found.text, &candidate, writer);
    }

    /// Where no names were compared, each reason of the decision is a rule.
    fn explainReasons(attempt: *Attempt, decision: *const Decision, writer: *explanation.Writer) void {
        var whole: Verdict = .init(0, &attempt.scratch.notes);
        var buffer: [64]u8 = undefined;
        for (decision.reasons.list(&buffer)) |reason| {
            whole.note(@fromBackingInt(@intCast(reason)), decision.outcome);
        }
        writer.notes(whole.notes.items());
    }

    /// Fits each part once more to a holder of its own, as `bestTogether` did; the steps sufficed then.
    fn explainParts(attempt: *Attempt, text: Text, writer: *explanation.Writer) void {
        const parts: joint.Parts = .init(text);
        writer.int(u8, @intCast(parts.count));
        var taken: u32 = 0;
        for (0..parts.count) |number| {
            const part = parts.part(number, &attempt.scratch.part);
            attempt.steps = .{};
            const candidate = attempt.bestSingle(part, taken) catch unreachable;
            taken |= @as(u32, 1) << @intCast(candidate.holder);
            attempt.explainPart(part, &candidate, writer);
        }
    }

    fn explainPart(
        attempt: *Attempt,
        text: Text,
        candidate: *const Candidate,
        writer: *explanation.Writer,
    ) void {
        const compared = attempt.compareAgain(text, candidate);
        writer.part(candidate.holder, candidate.name, &compared.verdict, compared.found);
    }
};

/// Turns the best candidate into the decision, withholding what may not be disclosed.
fn disclosed(
    best: Candidate,
    account: *const record.Account,
    knobs: *const Policy,
    matched_name: *[conversion.name_characters_max]u8,
) Decision {
    var reasons = best.verdict.reasons;
    var outcome = best.verdict.outcome;
    if (outcome == .cmtc and !best.disclosable) {
        reasons.add(.not_disclosable);
        outcome = knobs.withheld;
    }
    var decision: Decision = .{
        .outcome = outcome,
        .score = verdict_form.score(outcome, best.verdict.similarity),
        .reasons = reasons,
    };
    if (outcome == .mtch or outcome == .cmtc) {
        decision.holder = best.holder;
        decision.name = best.name;
    }
    if (outcome == .cmtc) {
        const holder = account.holders()[best.holder];
        const text = account.names(holder)[best.name].text;
        decision.matched_name = if (knobs.matched_name_latin) conversion.convert(text, matched_name) else text;
    }
    return decision;
}

test {
    std.testing.refAllDecls(@This());
    _ = @import("distance.zig");
    _ = tables;
    _ = words;
}
