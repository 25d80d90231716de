"""The back office's use cases: what the team sees and does."""
