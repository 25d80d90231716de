"""Secret Manager on this machine: versions of secrets, kept in memory or in one private file."""
