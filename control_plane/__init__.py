"""The control plane: accounts, keys, policies, the feed, Envoy's configuration, and the fallback."""
