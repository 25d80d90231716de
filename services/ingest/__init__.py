"""What Instagram tells, stored where a reader of the conversation finds it."""
