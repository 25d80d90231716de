"""The people who write: profile, linked account, deletion and export."""
