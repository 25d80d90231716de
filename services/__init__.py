"""Use cases: what Moca does with a message, and the ports that it needs for it."""
