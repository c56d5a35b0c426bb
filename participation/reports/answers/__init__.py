"""Ready answers a moderator sends with one key."""
