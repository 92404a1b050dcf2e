"""Keys in Vault, and their copies in memory."""
