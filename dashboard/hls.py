"""HLS playlists (RFC 8216) as the portal hands them out: composed or rewritten, never as they lie in the store."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from archive.tables import Rendition

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"

_GROUP = "sound"
_MAP_URI = re.compile(r'URI="[^"]*"')


def master(renditions: Sequence[Rendition], *, language: str = "") -> str:
    """Compose the master playlist: sound once as a group, then one variant for each picture, the weakest first.

    Where there is only sound, it is the variant; where there is none, no group is named.
    """
    pictures = sorted((row for row in renditions if row.media == "video"), key=lambda row: row.bandwidth)
    sound = next((row for row in renditions if row.media == "audio"), None)
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound and pictures:
        spoken = f',LANGUAGE="{language}"' if language else ""
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_GROUP}",NAME="{_GROUP}"{spoken},DEFAULT=YES,AUTOSELECT=YES,'
            f'URI="{_address(sound)}"'
        )
    for picture in pictures:
        lines += [_variant(picture, sound), _address(picture)]
    if sound and not pictures:
        lines += [_variant(sound, None), _address(sound)]
    return "\n".join(lines) + "\n"


def media(playlist: str, file: str) -> str:
    """Rewrite a media playlist so that every address in it is the rendition's one file, relative to the playlist."""
    address = quote(file)
    lines = []
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            lines.append(_MAP_URI.sub(f'URI="{address}"', line))
        elif not line or line.startswith("#"):
            lines.append(line)
        else:
            lines.append(address)
    return "\n".join(lines) + "\n"


def _address(rendition: Rendition) -> str:
    return f"{quote(rendition.name, safe='')}/{quote(rendition.playlist)}"


def _variant(row: Rendition, sound: Rendition | None) -> str:
    codecs = ",".join(part.codecs for part in (row, sound) if part and part.codecs)
    attributes = [f"BANDWIDTH={row.bandwidth + (sound.bandwidth if sound else 0)}"]
    if codecs:
        attributes.append(f'CODECS="{codecs}"')
    if row.width and row.height:
        attributes.append(f"RESOLUTION={row.width}x{row.height}")
    if row.frame_rate:
        attributes.append(f"FRAME-RATE={row.frame_rate:.3f}")
    if sound:
        attributes.append(f'AUDIO="{_GROUP}"')
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)
