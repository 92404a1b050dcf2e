//! The rule on scripts, the same for persons and organisations. Same as matcher/scripts.py.

const Alignment = @import("align.zig").Alignment;
const Policy = @import("policy.zig").Policy;
const Verdict = @import("model.zig").Verdict;
const names = @import("names.zig");

/// Judges words that mix scripts, and sides written in different ones.
pub fn judge(found: *const Alignment, policy: *const Policy, verdict: *Verdict) void {
    for ([_]*const names.Prepared{ found.typed.name, found.registered.name }) |name| {
        var positions = names.each(name.core);
        while (positions.next()) |i| {
            if (@popCount(name.tokens[i].scripts) > 1) verdict.note(.script_mixed, .cmtc);
        }
    }
    const typed = found.typed.name.scripts();
    const registered = found.registered.name.scripts();
    if (typed != 0 and registered != 0 and typed & registered == 0) {
        verdict.note(.script_crossed, policy.script_crossed);
    }
}
