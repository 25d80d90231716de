"""The Instagram accounts: whether they may send, their tokens, health and first words."""
