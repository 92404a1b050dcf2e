"""The edge filter and the replicator: Zig sources, compiled to Wasm when the package is built."""
