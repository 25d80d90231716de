"""Jobs side by side in a synchronous function."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


class ThreadPool:
    """Runs many jobs, at most `width` at a time; a single one runs where it was asked for.

    The pool is made at the first use: a thread started at import would not survive the fork of
    the server that the platform runs functions in.
    """

    def __init__(self, width: int = 24) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._width = width

    def __call__(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Every job has ended when it returns; answers in their order, or the first error."""
        if len(jobs) < 2:
            return [job() for job in jobs]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._width, thread_name_prefix="spread")
        running = [self._pool.submit(copy_context().run, job) for job in jobs]
        errors = [future.exception() for future in running]
        for error in errors:
            if error is not None:
                raise error
        return [future.result() for future in running]
