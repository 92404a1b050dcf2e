//! The configurations alive in this VM: a new one joins while streams of the old one end.

const configuration = @import("../configuration.zig");
const json = @import("../request/json.zig");
const limits = @import("../limits.zig");
const matching = @import("matching.zig");

pub const Root = struct {
    context: u32,
    configuration: configuration.Filter,
    policy: matching.Policy,
};

var pool: [limits.roots_max]Root = undefined;
var used: [limits.roots_max]bool = @splat(false);

/// Reads a root context's configuration; an error leaves no trace of it.
pub fn configure(context: u32, document: *json.Document, source: []const u8) error{ Malformed, Full }!*Root {
    remove(context);
    for (&pool, &used) |*root, *taken| {
        if (taken.*) continue;
        try configuration.parseFilter(&root.configuration, document, source);
        root.policy = matching.Policy.decode(root.configuration.policy.slice()) orelse return error.Malformed;
        root.context = context;
        taken.* = true;
        return root;
    }
    return error.Full;
}

pub fn find(context: u32) ?*Root {
    for (&pool, used) |*root, taken| {
        if (taken and root.context == context) return root;
    }
    return null;
}

pub fn remove(context: u32) void {
    for (&pool, &used) |*root, *taken| {
        if (taken.* and root.context == context) taken.* = false;
    }
}
