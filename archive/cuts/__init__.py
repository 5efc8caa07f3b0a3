"""What viewers must not see of a recording: ranges of its timeline, which itself never changes.

`Cuts(engine).ranges(recording_id)` says what is cut, `hidden(ranges, start, end)` whether anything of a stretch is.
"""

from archive.cuts.cuts import Cuts
from archive.cuts.ranges import Ranges, hidden, inside, length, without
from archive.cuts.tables import Cut

__all__ = ["Cut", "Cuts", "Ranges", "hidden", "inside", "length", "without"]
