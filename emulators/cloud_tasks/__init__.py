"""Cloud Tasks and Secret Manager on this machine."""
