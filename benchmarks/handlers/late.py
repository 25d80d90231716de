"""The webhook without what an instance imports while it starts: its first request waits for it."""

from services.bootstrap import preload

preload.MODULES["webhook"] = ()

from main import webhook  # noqa: E402 (what it imports is decided above)

__all__ = ["webhook"]
