"""What `./dev` is made of: standard library only, for it runs before anything is installed."""

from pathlib import Path

#: The top of the repository; every command works from here, wherever it was called.
ROOT = Path(__file__).resolve().parent.parent
