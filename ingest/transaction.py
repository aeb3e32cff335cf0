"""One transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block does, or nothing of it where it fails."""
    connection.execute("begin transaction")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # A commit that failed (a full disk) has rolled back by itself, or closed the file: what failed first is told.
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise
