"""The console script `shijiao`: its commands come from the rooms, through entry points."""

import os
import sys
import tempfile
import traceback
from importlib.metadata import entry_points
from pathlib import Path

import typer

from archive import disk
from archive.errors import DiskFull, ShijiaoError
from archive.processes import end_with_parent

_SOFTWARE = 70  # EX_SOFTWARE of sysexits.h
_SAID = 200  # characters of what it says itself

app = typer.Typer(
    name="shijiao",
    help="示教 Shijiao: keep operations and lectures, and find every sentence said in them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run `shijiao`. Every error of ours becomes one sentence on stderr and an exit code."""
    end_with_parent()
    os.umask(0o077)  # recordings of patients: for their keeper's eyes only
    for room in sorted(entry_points(group="shijiao.commands"), key=lambda entry: entry.name):
        room.load()(app)
    try:
        app()
    except ShijiaoError as error:
        print(f"shijiao: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  whatever it is, nobody at a ward's desk is to read a stack of calls
        if isinstance(error, OSError) and disk.fills(error):
            print(f"shijiao: {disk.full(Path(error.filename or '.'))}", file=sys.stderr)
            sys.exit(DiskFull.exit_code)
        print(f"shijiao: {_unforeseen(error)}", file=sys.stderr)
        sys.exit(_SOFTWARE)


def _unforeseen(error: Exception) -> str:
    """Keep all that is known of a fault of ours in a file; return the sentence that names it."""
    with tempfile.NamedTemporaryFile("w", prefix="shijiao-fault-", suffix=".txt", delete=False) as kept:
        kept.write("".join(traceback.format_exception(error)))
    said = " ".join(f"{type(error).__name__}: {error}".split())
    short = said if len(said) <= _SAID else f"{said[:_SAID]}…"
    return f"This is a fault of Shijiao's own ({short}). All that is known of it is in {kept.name}; please report it."


if __name__ == "__main__":
    main()
