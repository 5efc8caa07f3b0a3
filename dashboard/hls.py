"""HLS playlists (RFC 8216) as the portal hands them out: composed or rewritten, never as they lie in the store."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from archive.cuts.effect import Closed
from archive.tables import Rendition

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"

_HEAD = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
_MAP_URI = re.compile(r'URI="[^"]*"')
_UNFIT = re.compile(r'["\x00-\x1f\x7f]')  # in a quoted string of a playlist

Groups = dict[str, list[Rendition]]


def master(renditions: Sequence[Rendition], *, language: str = "") -> str:
    """Compose the master playlist of an angle: its sound in groups, then one variant for each picture, weakest first.

    A picture is heard with the group that its row names, or with the other where that one is not there (yet). Where
    there is only sound, that is the variant; where there is none, no group is named.
    """
    pictures = [row for row in renditions if row.media == "video"]
    groups = _groups(renditions)
    variants = pictures or [tracks[0] for tracks in groups.values()]
    lines = list(_HEAD)
    heard = {name: tracks for name, tracks in groups.items() if pictures or len(tracks) > 1}
    for group, tracks in heard.items():
        lines += _tracks(group, tracks, language)
    heard_with = {row.name: row.sound if row.sound in heard else next(iter(heard), "") for row in variants}

    def beside(row: Rendition) -> list[Rendition]:
        return [track for track in heard.get(heard_with[row.name], []) if track is not row]

    for row in sorted(variants, key=lambda row: _bandwidth(row, beside(row))):
        lines += [_variant(row, heard_with[row.name], beside(row)), _address(row)]
    return "\n".join(lines) + "\n"


def picture(renditions: Sequence[Rendition]) -> str:
    """Compose the playlist of an angle that is seen beside another, which is heard: its sound need not be fetched."""
    return master([row for row in renditions if row.media == "video"])


def sound(renditions: Sequence[Rendition]) -> str:
    """Compose the playlist of the least sound that the angle has: empty of variants where it has none."""
    groups = _groups(renditions)
    tracks = groups.get("low") or groups.get("full") or []
    lines = [line for row in tracks[:1] for line in (_variant(row, "", []), _address(row))]
    return "\n".join(_HEAD + lines) + "\n"


def media(playlist: str, file: str, version: str = "", closed: Closed | None = None) -> str:
    """Rewrite a media playlist so that every address in it is the rendition's one file, relative to the playlist.

    `version` becomes part of the address: the byte ranges hold for that file and no other of its name. What is `closed`
    is a gap (EXT-X-GAP), so that all else keeps its time; at the end it is left out.
    """
    address = quote(file) + (f"?v={version}" if version else "")
    addresses = sum(1 for line in playlist.splitlines() if line and not line.startswith("#"))
    last, number = addresses - (closed.dropped if closed else 0), 0
    lines: list[str] = []
    segment: list[str] = []  # the lines of the one that is being read
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            lines.append(_MAP_URI.sub(f'URI="{address}"', line))
        elif line.startswith("#EXTINF:") or (segment and line.startswith("#")):
            segment.append(line)
        elif not line or line.startswith("#"):
            lines.append(line)
        else:
            gap = ["#EXT-X-GAP"] if closed and number in closed.segments else []
            lines += [*gap, *segment, address] if number < last else []
            segment, number = [], number + 1
    return "\n".join([*lines, *segment]) + "\n"


def _bandwidth(row: Rendition, tracks: list[Rendition]) -> int:
    """The peak in bit/s of a variant with the densest sound that it can be heard with."""
    return row.bandwidth + max((track.bandwidth for track in tracks), default=0)


def _groups(renditions: Sequence[Rendition]) -> Groups:
    """Sort the sound into its groups, the weakest group first and in each the preferred track.

    What has no weak form is in both, so that every track can be chosen whichever picture the link allows.
    """
    rows = sorted((row for row in renditions if row.media == "audio"), key=lambda row: (not row.preferred, row.name))
    full = [row for row in rows if row.sound == "full"]
    low = [row for row in rows if row.sound == "low"]
    groups = {"low": low + [row for row in full if not row.preferred] if low else [], "full": full}
    return {name: tracks for name, tracks in groups.items() if tracks}


def _tracks(group: str, tracks: list[Rendition], language: str) -> list[str]:
    """One line for each track; a track has the same name in both groups, by which players find it again."""
    names: list[str] = []
    lines = []
    for row in tracks:
        title = _UNFIT.sub(" ", row.title).strip() or "sound"
        name = (
            title if title not in names else next(f"{title} {n}" for n in range(2, 99) if f"{title} {n}" not in names)
        )
        names.append(name)
        spoken = _UNFIT.sub("", row.language) or (language if row is tracks[0] else "")
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="{name}"'
            + (f',LANGUAGE="{spoken}"' if spoken and spoken != "und" else "")
            + f',DEFAULT={"YES" if row is tracks[0] else "NO"},AUTOSELECT=YES,URI="{_address(row)}"'
        )
    return lines


def _address(rendition: Rendition) -> str:
    return f"{quote(rendition.name, safe='')}/{quote(rendition.playlist)}"


def _variant(row: Rendition, group: str, beside: list[Rendition]) -> str:
    codecs = dict.fromkeys(part.codecs for part in (row, *beside) if part.codecs)
    attributes = [f"BANDWIDTH={_bandwidth(row, beside)}"]
    if codecs:
        attributes.append(f'CODECS="{",".join(codecs)}"')
    if row.width and row.height:
        attributes.append(f"RESOLUTION={row.width}x{row.height}")
    if row.frame_rate:
        attributes.append(f"FRAME-RATE={row.frame_rate:.3f}")
    if group:
        attributes.append(f'AUDIO="{group}"')
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)
