"""Copy the parts of one recording into one file. Run as a script in a confined child: the files may be hostile.

    python -I joining.py ORDERS        (ORDERS: JSON, as `ingest/steps/join.py` writes them)

The packets are copied as they are; only their times are shifted. It prints JSON, one value a line: `{"at": fraction}`
now and then, at last `{"packets": {stream: count}}` or `{"error": text}`. It imports nothing of ours.
"""

import json
import os
import sys
import time
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError


class Track:
    """One stream of the output, which the same stream of each part goes on."""

    def __init__(self, output: Any, template: Any) -> None:
        self.headers = bytes(template.codec_context.extradata or b"")
        self.stream = output.add_stream_from_template(template)
        self.packets = 0
        self._last: Fraction | None = None

    def goes_on_with(self, stream: Any) -> bool:
        """Whether a stream can follow. Only where the headers stand in front, and not among the packets, can it not."""
        headers = bytes(stream.codec_context.extradata or b"")
        stands_in_front = stream.codec_context.name in ("h264", "hevc") and headers[:1] == b"\x01"
        return headers == self.headers or not stands_in_front

    def put(self, output: Any, packet: Any, shift: Fraction) -> None:
        base = packet.time_base
        ticks = round(shift / base)
        dts = packet.dts if packet.dts is not None else packet.pts
        if dts is None:
            return
        pts = packet.pts if packet.pts is not None else dts
        dts, pts = dts + ticks, pts + ticks
        if self._last is not None and dts * base <= self._last:  # a tick of rounding at the seam
            dts = self._last // base + 1
            pts = max(pts, dts)
        self._last = dts * base
        packet.dts, packet.pts = int(dts), int(pts)
        packet.stream = self.stream
        output.mux_one(packet)
        self.packets += 1


def join(orders: dict[str, Any]) -> dict[str, Any]:
    """Carry the orders out: `out`, `formats`, `size` in bytes, and `parts`, each a `path` and `shifts` (index: s)."""
    output = av.open(orders["out"], "w", format=orders["format"])
    tracks: list[Track] = []
    done, told = 0, time.monotonic()
    for part in orders["parts"]:
        handle = os.open(part["path"], os.O_RDONLY)
        options = {"protocol_whitelist": "file", "format_whitelist": orders["formats"], "fflags": "+genpts"}
        source = av.open(f"file:/proc/self/fd/{handle}", options=options)
        shifts = {int(index): Fraction(shift) for index, shift in part["shifts"].items()}
        indexes = sorted(shifts)
        if not tracks:
            tracks = [Track(output, source.streams[index]) for index in indexes]
        if not all(track.goes_on_with(source.streams[i]) for track, i in zip(tracks, indexes, strict=True)):
            return {"error": "headers"}
        by_index = dict(zip(indexes, tracks, strict=True))
        for packet in source.demux([source.streams[index] for index in indexes]):
            if packet.size == 0 or (packet.is_discard and packet.stream.type == "audio" and part is orders["parts"][0]):
                continue  # an edit list hides it: the encoder's lead-in; at a seam it is sound like all other
            if time.monotonic() - told > 0.2 and packet.pos:
                told = time.monotonic()
                _say({"at": min(1.0, (done + packet.pos) / orders["size"])})
            index = packet.stream_index
            by_index[index].put(output, packet, shifts[index])
        source.close()
        done += os.fstat(handle).st_size
        os.close(handle)
    output.close()
    return {"packets": [track.packets for track in tracks]}


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        _say(join(json.loads(sys.argv[1])))
    except (FFmpegError, ValueError, OSError) as error:
        _say({"error": str(error)})
