"""Who calls: signatures and identity tokens."""
