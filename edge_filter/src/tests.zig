//! Root of the native tests: every file of the core without host imports.

test {
    _ = @import("audit/decision.zig");
    _ = @import("bytes.zig");
    _ = @import("configuration.zig");
    _ = @import("directory/bucket.zig");
    _ = @import("directory/keyed.zig");
    _ = @import("directory/keys.zig");
    _ = @import("directory/lookup.zig");
    _ = @import("directory/page.zig");
    _ = @import("directory/seal.zig");
    _ = @import("directory/state.zig");
    _ = @import("request/faults.zig");
    _ = @import("request/headers.zig");
    _ = @import("request/json.zig");
    _ = @import("request/request.zig");
    _ = @import("request/respond.zig");
    _ = @import("request/timestamp.zig");
    _ = @import("serving/streams.zig");
    _ = @import("replication/backoff.zig");
    _ = @import("tests/fuzz.zig");
    _ = @import("tests/vectors.zig");
}
