"""Who has a conversation, and what the bot only drafts for it."""
