//! The matcher: names in, decision out. Pure: no host, no clock, no allocation. `matcher/` holds the same in
//! Python,
//! and tests/parity proves that both decide alike.

const std = @import("std");
const align_form = @import("align.zig");
const conversion = @import("conversion.zig");
const identification = @import("identification.zig");
const joint = @import("joint.zig");
const names = @import("names.zig");
const organisation = @import("organisation.zig");
const person = @import("person.zig");
const tables = @import("tables.zig");
const words = @import("words.zig");
pub const model = @import("model.zig");
pub const parity = @import("parity.zig");
pub const policy = @import("policy.zig");
pub const record = @import("record.zig");
pub const Decision = model.Decision;
pub const Policy = policy.Policy;
const Steps = align_form.Steps;
const Token = words.Token;
const Verdict = model.Verdict;

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
    typed: words.Text,
    registered: words.Text,
    part: [words.words_max]Token,
    /// The typed words, made ready for each kind of holder.
    typed_prepared: std.enums.EnumArray(record.HolderKind, names.Prepared),
    registered_prepared: names.Prepared,
    alignment: align_form.Alignment,
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
    if (account.status != .active) return .{ .outcome = .noap, .reasons = .of(.not_active) };
    switch (request) {
        .identifications => |typed| return identification.decide(typed, account, &scratch.identification),
        .name => |typed| return decideName(typed, account, knobs, scratch),
    }
}

fn decideName(
    typed: []const u8,
    account: *const record.Account,
    knobs: *const Policy,
    scratch: *Scratch,
) Decision {
    if (account.holder_count == 0) return .{ .outcome = .noap, .reasons = .of(.no_holder) };
    scratch.typed.split(typed) catch return .{ .outcome = .nmtc, .reasons = .of(.too_many_words) };
    const tokens = scratch.typed.tokens();
    for (tokens) |*token| {
        if (!token.sign) break;
    } else return .{ .outcome = .nmtc, .reasons = .of(.no_words) };
    var attempt: Attempt = .{ .account = account, .knobs = knobs, .scratch = scratch };
    const best = attempt.best(tokens) catch return .{ .outcome = .nmtc, .reasons = .of(.steps_exhausted) };
    return disclosed(best, account, knobs, &scratch.matched_name);
}

/// How one name of one holder fared.
const Candidate = struct {
    verdict: Verdict,
    disclosable: bool,
    holder: u8,
    name: u8,

    fn score(candidate: *const Candidate) u16 {
        return model.score(candidate.verdict.outcome, candidate.verdict.similarity);
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
    fn best(attempt: *Attempt, tokens: []const Token) Steps.Error!Candidate {
        const single = try attempt.bestSingle(tokens, 0);
        if (single.verdict.outcome == .mtch or attempt.account.holder_count == 1) return single;
        const parts: joint.Parts = .init(tokens);
        if (parts.count < 2) return single;
        const together = try attempt.bestTogether(&parts) orelse return single;
        return if (together.beats(&single)) together else single;
    }

    /// Tries every name of every holder that is not in `taken`.
    fn bestSingle(attempt: *Attempt, tokens: []const Token, taken: u32) Steps.Error!Candidate {
        var ready: std.EnumSet(record.HolderKind) = .empty;
        var found: ?Candidate = null;
        for (attempt.account.holders(), 0..) |holder, h| {
            if (names.has(taken, h)) continue;
            const typed = attempt.scratch.typed_prepared.getPtr(holder.kind);
            if (!ready.contains(holder.kind)) typed.prepare(tokens, holder.kind);
            ready.insert(holder.kind);
            for (attempt.account.names(holder), 0..) |name, n| {
                const candidate: Candidate = .{
                    .verdict = try attempt.judge(typed, name, holder.kind),
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

    fn judge(
        attempt: *Attempt,
        typed: *const names.Prepared,
        name: record.Name,
        kind: record.HolderKind,
    ) Steps.Error!Verdict {
        var verdict = try attempt.compare(typed, name.text, kind);
        switch (name.kind) {
            .registered => {},
            .alias => verdict.note(.alias, .mtch),
            .former => verdict.note(.former, .mtch),
        }
        return verdict;
    }

    fn compare(
        attempt: *Attempt,
        typed: *const names.Prepared,
        text: []const u8,
        kind: record.HolderKind,
    ) Steps.Error!Verdict {
        const scratch = attempt.scratch;
        scratch.registered.split(text) catch return .noMatch(.too_many_words);
        const registered = &scratch.registered_prepared;
        registered.prepare(scratch.registered.tokens(), kind);
        if (typed.core == 0 or registered.core == 0) return .noMatch(.no_words);
        try scratch.alignment.alignNames(typed, registered, attempt.knobs.typo_budget, &attempt.steps);
        return switch (kind) {
            .person => person.judge(&scratch.alignment, attempt.knobs),
            .organisation => organisation.judge(&scratch.alignment, attempt.knobs),
        };
    }

    /// Fits each part to a holder of its own, in the order typed; null unless every part fits closely.
    fn bestTogether(attempt: *Attempt, parts: *const joint.Parts) Steps.Error!?Candidate {
        if (parts.count > attempt.account.holder_count) return null;
        var taken: u32 = 0;
        var all: ?Candidate = null;
        var verdict: Verdict = .{ .similarity = perfect_score };
        for (0..parts.count) |number| {
            const tokens = parts.part(number, &attempt.scratch.part);
            const candidate = try attempt.bestSingle(tokens, taken);
            if (@backingInt(candidate.verdict.outcome) > @backingInt(model.Outcome.cmtc)) return null;
            taken |= names.bit(candidate.holder);
            verdict.note(.joint, candidate.verdict.outcome);
            verdict.reasons.bits |= candidate.verdict.reasons.bits;
            verdict.similarity = @min(verdict.similarity, candidate.verdict.similarity);
            if (all == null or candidate.beats(&all.?)) all = candidate;
        }
        var together = all.?;
        together.verdict = verdict;
        return together;
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
    if (reasons.bits == 0) reasons.add(.nothing_in_common);
    var decision: Decision = .{
        .outcome = outcome,
        .score = model.score(outcome, best.verdict.similarity),
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
