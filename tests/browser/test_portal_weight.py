"""What a first visit carries over the line besides Streamlit's own files and the media."""

from typing import Any
from urllib.parse import urlsplit

from browser.visitor import Visitor

MOST = 400_000  # bytes, as they go over the line

STREAMLIT = ("/static/", "/_stcore/", "/vendor/")  # where its own files lie
MEDIA = (".mp4", ".m4s", ".jpg", ".webp", ".m3u8", ".vtt")


def carried(visitor: Visitor, *pages: str) -> dict[str, int]:
    """Visit pages one after the other with nothing kept; return the bytes of answers and of what the page is told."""
    found: dict[str, int] = {}
    paths: dict[str, str] = {}
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.on("Network.requestWillBeSent", lambda told: paths.update({told["requestId"]: told["request"]["url"]}))

    def note(where: str, size: float) -> None:
        found[where] = found.get(where, 0) + int(size)

    line.on(
        "Network.loadingFinished",
        lambda told: note(urlsplit(paths.get(told["requestId"], "")).path, told["encodedDataLength"]),
    )
    # Chromium tells these before they are compressed: more than goes over the line.
    line.on("Network.webSocketFrameReceived", lambda told: note("(socket)", _size(told["response"])))
    for page in pages:
        visitor.page.goto(page)
        visitor.page.wait_for_load_state("networkidle")
        visitor.page.wait_for_timeout(1500)  # what is fetched at rest
    return found


def _size(frame: dict[str, Any]) -> float:
    length = len(frame["payloadData"])
    return length * 3 / 4 if frame["opcode"] == 2 else length  # binary ones are told in base64


def test_a_first_visit_of_the_library_and_of_a_recording_is_light(portal: Any, visit: Any) -> None:
    visitor = visit(portal.address, expected=".card")
    recording = portal.recording()["id"]
    found = carried(visitor, portal.address, f"{portal.address}/?r={recording}")
    own = {
        path: size
        for path, size in found.items()
        if path != "/" and not path.startswith(STREAMLIT) and not path.endswith(MEDIA)
    }
    theirs = sum(size for path, size in found.items() if path.startswith(STREAMLIT))
    for path, size in sorted(own.items(), key=lambda each: -each[1]):
        print(f"{size:8d} {path}")
    print(f"own {sum(own.values())} bytes; Streamlit's {theirs}")
    assert any("hls" in path for path in own), "the player's library was fetched in this visit"
    assert sum(own.values()) <= MOST
