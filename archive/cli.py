"""The console script `shijiao`: its commands come from the rooms, through entry points."""

import os
import sys
from importlib.metadata import entry_points

import typer

from archive.errors import ShijiaoError
from archive.processes import end_with_parent

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


if __name__ == "__main__":
    main()
