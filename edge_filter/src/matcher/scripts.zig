//! The rule on scripts, the same for persons and organisations. Same as matcher/scripts.py.

const prepared = @import("prepared.zig");
const tables = @import("tables.zig");
const Alignment = @import("alignment.zig").Alignment;
const Policy = @import("policy.zig").Policy;
const Verdict = @import("verdict.zig").Verdict;

/// Judges words that mix scripts, and sides written in different ones.
pub fn judge(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    const typed = found.typed.scripts();
    const registered = found.registered.scripts();
    if ((typed | registered) & ~@as(u8, tables.script_latin) == 0) return;
    for ([_]*const prepared.Prepared{ found.typed, found.registered }) |side| {
        var positions = prepared.each(side.core);
        while (positions.next()) |i| {
            if (@popCount(side.words[i].scripts) > 1) verdict.note(.script_mixed, .cmtc);
        }
    }
    if (typed != 0 and registered != 0 and typed & registered == 0) {
        verdict.noteKnob(.script_crossed, policy, .script_crossed);
    }
}
