//! Every limit of the two modules: what it bounds, and in which unit. docs/formats.md names the shared ones.

/// Largest request body in bytes; one more is fault 6.
pub const body_bytes_max = 16_384;
/// Objects and arrays inside one another; the root is level 1.
pub const json_levels_max = 8;
/// Members of an object, or elements of an array.
pub const json_entries_max = 32;
/// A member's name in bytes, after unescaping.
pub const json_name_bytes_max = 128;
/// A value takes at least one byte and one separator, the root's last byte aside.
pub const json_nodes_max = body_bytes_max / 2 + 1;
/// A malformed request id is still echoed up to this many bytes of visible ASCII.
pub const request_id_bytes_max = 128;
/// Identification entries in one request.
pub const request_identifications_max = 8;
/// Code points of a name, and of a remittance line.
pub const name_characters_max = 140;
/// Code points of an identification's value, of a scheme's proprietary name, of an issuer.
pub const identification_characters_max = 256;
pub const scheme_characters_max = 35;
pub const issuer_characters_max = 35;
/// IBAN in bytes.
pub const iban_bytes_max = 34;
/// Edge id in bytes.
pub const edge_id_bytes_max = 32;

/// Headers of a request or of a reply; a request with more gets the scheme's 500.
pub const headers_max = 128;
/// Streams that one VM follows at a time; the next one gets the scheme's 500.
pub const streams_max = 2_048;
/// Configurations alive at a time in one VM; the next one is refused.
pub const roots_max = 16;

/// Plain account record, and the same sealed.
pub const record_bytes_max = 4_096;
pub const seal_overhead = 12 + 16;
pub const sealed_bytes_max = record_bytes_max + seal_overhead;
/// Tenants of one edge, and live seal keys of one tenant.
pub const tenants_max = 16;
pub const seal_keys_max = 4;
/// One feed page, its MAC included.
pub const page_bytes_max = 1_048_576;
/// One bucket of shared data.
pub const bucket_bytes_max = 65_536;
pub const buckets_log2_min = 4;
pub const buckets_log2_max = 24;
/// VM slots in shared data.
pub const vm_slots = 256;

/// A decision in plain, and sealed in base64. The texts of eight identifications are its bulk.
pub const decision_bytes_max = 16_384;

/// A policy in its encoded form.
pub const policy_bytes_max = 4_096;

/// The requester waits this long, counted from its own timestamp (scheme section 5).
pub const answer_within_ms = 5_000;
/// Kept back from the fallback's time for the way to the requester.
pub const answer_margin_ms = 250;
/// How much age a peer's clock is believed.
pub const peer_age_max_ms = 3_000;
/// The least time the fallback is given.
pub const fallback_timeout_min_ms = 500;

/// How often the filter reads the state of the directory.
pub const filter_tick_ms = 50;

/// How often the replicator works: while it loads, and afterwards.
pub const loading_tick_ms = 5;
pub const steady_tick_ms = 100;
/// Buckets created, cleared or rewritten in one callback, and how long it may go on with that: the main thread has
/// other things to do.
pub const buckets_per_turn = 1_024;
pub const turn_us_max = 2_000;
/// The bytes that all buckets together may have. The edge's configuration chooses.
pub const directory_bytes_min = 65_536;
pub const directory_bytes_max = 1 << 35;
/// A directory that has reached its ceiling is loaded again after this: accounts may have gone.
pub const full_retry_ms = 60_000;
/// Filters must have seen "not complete" before a bucket is touched.
pub const resync_wait_ms = 5 * filter_tick_ms;
/// The control plane holds a poll at the head this long; the call itself may take twice that.
pub const poll_wait_ms = 5_000;
pub const call_timeout_ms = 10_000;
/// A call without any callback is given up after this.
pub const call_lost_ms = call_timeout_ms + 5_000;
pub const retry_min_ms = 100;
pub const retry_max_ms = 5_000;
pub const heartbeat_ms = 1_000;
/// Keys are fetched again at least this often: tenants and epochs come and go.
pub const keys_refresh_ms = 60_000;
/// And at most this often.
pub const keys_pause_ms = 1_000;

comptime {
    const assert = @import("std").debug.assert;
    assert(json_nodes_max <= 0xffff);
    assert(resync_wait_ms > 2 * filter_tick_ms);
    assert(poll_wait_ms < call_timeout_ms);
    assert(sealed_bytes_max <= 0xffff);
    assert(answer_margin_ms + peer_age_max_ms + fallback_timeout_min_ms <= answer_within_ms);
}
