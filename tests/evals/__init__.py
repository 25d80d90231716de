"""The agent's evaluation: conversations with expectations, over the scripted or the real model."""
