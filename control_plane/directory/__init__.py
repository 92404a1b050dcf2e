"""The sealed directory: tenants, lookup keys, sealed records and the feed that edges follow."""
