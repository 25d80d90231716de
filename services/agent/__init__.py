"""The agent: from a thread's new messages to a decision."""
