//! The filter's metrics; in Envoy `wasmcustom.<name>`. Names say nothing about anybody.

const host = @import("../host.zig");
const HandOver = @import("../audit/decision.zig").HandOver;
const Outcome = @import("../request/respond.zig").Outcome;

var outcomes: [6]u32 = undefined;
var hand_overs: [6]u32 = undefined;
var failures: u32 = undefined;
var unrecorded: u32 = undefined;
var seal_failures: u32 = undefined;
var version: u32 = undefined;
var directory_age: u32 = undefined;

/// Defines all; ids are this VM's own, and defining twice gives the same ids.
pub fn define() host.Error!void {
    const outcome_names = .{ "match", "close_match", "no_match", "not_possible", "refused", "handed_over" };
    inline for (outcome_names, &outcomes) |name, *id| id.* = try host.defineMetric(.counter, "vop_outcome_" ++ name);
    const cause_names = .{
        "not_complete", "too_old", "not_a_tenant", "record_too_large", "seal_does_not_open", "no_keys",
    };
    inline for (cause_names, &hand_overs) |name, *id| {
        id.* = try host.defineMetric(.counter, "vop_hand_over_" ++ name);
    }
    failures = try host.defineMetric(.counter, "vop_internal_errors");
    unrecorded = try host.defineMetric(.counter, "vop_unrecorded_decisions");
    seal_failures = try host.defineMetric(.counter, "vop_seal_failures");
    version = try host.defineMetric(.gauge, "vop_config_version");
    directory_age = try host.defineMetric(.gauge, "vop_directory_age_ms");
}

pub fn countOutcome(outcome: Outcome) void {
    host.incrementMetric(outcomes[@backingInt(outcome) - 1], 1);
}

pub fn countHandOver(cause: HandOver) void {
    host.incrementMetric(hand_overs[@backingInt(cause) - 1], 1);
}

/// A request answered with status 500.
pub fn countFailure() void {
    host.incrementMetric(failures, 1);
}

/// A decision whose record could not be left in the access log.
pub fn countUnrecorded() void {
    host.incrementMetric(unrecorded, 1);
}

/// A record of the directory that would not open.
pub fn countSealFailure() void {
    host.incrementMetric(seal_failures, 1);
}

/// The first four bytes of the configuration's version, big endian: what the filter itself says it runs.
pub fn setVersion(value: [8]u8) void {
    host.recordMetric(version, @import("std").mem.readInt(u32, value[0..4], .big));
}

/// The age of the stalest stream, in milliseconds.
pub fn setDirectoryAge(age_ms: u64) void {
    host.recordMetric(directory_age, age_ms);
}
