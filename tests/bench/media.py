"""Media side by side with its peers: `python tests/bench/media.py [--seconds N] [room …]`; without a room, every one.

Each room is a `media_ROOM.py` beside this with `rows(scratch)`; the figures of a row are measured in the same run.
"""

import argparse
import importlib
import inspect
import sys
import tempfile
import time
from pathlib import Path

from measure import Row, table


def rooms() -> list[str]:
    """The rooms that there are."""
    return sorted(path.stem.removeprefix("media_") for path in Path(__file__).parent.glob("media_*.py"))


def run(room: str, seconds: int | None) -> list[Row]:
    """Run one room in a folder of its own; tell what it ran."""
    module = importlib.import_module(f"media_{room}")
    longer = {"seconds": seconds} if seconds and "seconds" in inspect.signature(module.rows).parameters else {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"bench-{room}-") as folder:
        found: list[Row] = module.rows(Path(folder), **longer)
    for row in found:
        print(f"\n# {row.what}: {row.ratio:.2f} ({row.bar}); {row.figures}")
        for command in row.commands:
            print(f"  $ {command}")
    print(f"\n# {room}: {time.monotonic() - began:.0f} s", flush=True)
    return found


def main() -> None:
    """Run the rooms that were asked for and print one table of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="room", help=", ".join(rooms()))
    parser.add_argument("--seconds", type=int, help="length of the films that are made, where a room lets it be chosen")
    asked = parser.parse_args()
    if unknown := set(asked.rooms) - set(rooms()):
        sys.exit(f"There is no room {', '.join(sorted(unknown))}; there are {', '.join(rooms())}.")
    found = [row for room in asked.rooms or rooms() for row in run(room, asked.seconds)]
    print(f"\n{table(found)}")


if __name__ == "__main__":
    main()
