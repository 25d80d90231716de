"""Answering what waits in a thread: claim, decide, finish."""
