"""The scripts that browsers fetch beside a page: the player's, the desk's, and hls.js, each named by what it holds."""

import functools
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

_FRONT = Path(__file__).parent / "front"
_PLAYER = Path(__file__).parent / "player"
_DESK = Path(__file__).parent / "desk"
_OUTLINE = Path(__file__).parent / "outline"
_PACK = Path(__file__).parent / "pack"
_VENDORED = Path(__file__).parent / "vendored"
_ENTRY = "entry.js"  # goes with the page and fetches the others
_IMPORTED = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)
_LIBRARY = "hls.min.js"  # built by infra/hls
# Each after those that it builds on. One file costs a weak link one round trip where modules would cost one a level.
_MODULES = (
    "dom.js", "angle.js", "cuts.js", "sync.js", "storyboard.js", "scrubber.js", "menu.js", "captions.js", "bar.js",
    "stage.js", "scenes.js", "screen.js", "network.js", "chapters.js", "keys.js", "changes.js", "transcript.js",
    "tabs.js", "side.js", "sitting.js", "range.js", "player.js",
)  # fmt: skip
_SHARED = "../front/clipboard.js"  # what pages use too
_DESK_MODULES = ("tab.js", "reel.js", "queue.js", "line.js", "panels.js", "desk.js")
_OUTLINE_MODULES = ("../desk/tab.js", "screening.js", "ledger.js", "row.js", "steps.js", "outline.js")
# In a file to take along there is no gateway: what asks it is another module of the same name.
_PACKED = ("scenes.js", "side.js", "sitting.js")
_PACK_MODULES = (
    _SHARED,
    *(f"../pack/{name}" if name in _PACKED else name for name in _MODULES),
    "../pack/cargo.js",
    "../pack/main.js",
)
# What no first picture needs: fetched after it, with a style sheet of its own.
_BESIDE = (
    "../dom.js", "asking.js", "../../front/clipboard.js", "../../front/drafts.js", "../../front/twice.js",
    "composer.js", "notes.js", "beside.js",
)  # fmt: skip
_CUTTING = ("../dom.js", "../../front/drafts.js", "moments.js", "draft.js", "cutting.js")


@functools.cache
def served() -> dict[str, bytes]:
    """Return the scripts by the names under which the gateway serves them."""
    dom, beside, cutting = _PLAYER / "dom.js", _PLAYER / "beside", _PLAYER / "cutting"
    made = {
        "front": _styled("STYLE", _FRONT.glob("*.css")) + _module(front_modules(), "draw"),
        "player": _module((_PLAYER / name for name in (_SHARED, *_MODULES)), "Player"),
        "beside": _styled("STYLE", [beside / "beside.css"]) + _module((beside / name for name in _BESIDE), "Beside"),
        "cutting": _styled("CUTTING_STYLE", [cutting / "cutting.css"])
        + _module((cutting / name for name in _CUTTING), "Cutting"),
        "desk": _module([dom, *(_DESK / name for name in _DESK_MODULES)], "open"),
        "outline": _module([dom, *(_OUTLINE / name for name in _OUTLINE_MODULES)], "open"),
    }
    digest = (_VENDORED / "sha256.min.js").read_bytes()  # hash-wasm 4.13.0
    texts = {name: script.encode() for name, script in made.items()}
    return texts | {"hls": (_PLAYER / _LIBRARY).read_bytes(), "sha256": digest}


def front_entry() -> str:
    """Return the script that goes with every part of a page."""
    return f"const ADDRESS = {json.dumps(_address('front'))};\n" + (_FRONT / _ENTRY).read_text(encoding="utf-8")


def front_modules() -> list[Path]:
    """Return the scripts that draw the parts, in an order in which each stands behind those that it builds on."""
    order: list[Path] = []

    def put(path: Path) -> None:
        for name in _IMPORTED.findall(path.read_text(encoding="utf-8")):
            put(_FRONT / name)
        if path not in order:
            order.append(path)

    last = _FRONT / "main.js"
    for path in (*sorted(set(_FRONT.glob("*.js")) - {last, _FRONT / _ENTRY}), last):
        put(path)
    return order


def addresses() -> dict[str, str]:
    """Return the scripts' addresses, relative to the page. What they hold is named, so they may be kept for ever."""
    return {"script": _address("player"), "library": _address("hls")}


def desk_addresses() -> dict[str, str]:
    """Return the addresses of what the desk fetches, as `addresses` does."""
    return {"script": _address("desk"), "library": _address("hls")}


def outline_addresses() -> dict[str, str]:
    """Return the address of what the page of chapters fetches, as `addresses` does."""
    return {"script": _address("outline")}


def _address(name: str) -> str:
    return f"gate/{name}.js?v={_digest(served()[name])}"


def beside() -> str:
    """Return the address of what is fetched after the first picture."""
    return _address("beside")


def cutting() -> str:
    """Return the address of the editor of cuts."""
    return _address("cutting")


def digest_library() -> str:
    """Return the address of the script that makes a SHA-256 where the browser has none: without TLS it has not."""
    return _address("sha256")


def style_address() -> str:
    """Return the address of the player's style sheet, for where it is not part of the page."""
    return f"gate/player.css?v={_digest(style().encode())}"


def entry() -> str:
    """Return the script that goes with the page."""
    return (_PLAYER / _ENTRY).read_text(encoding="utf-8")


def style() -> str:
    """Return the player's style sheet."""
    return _sheet(_PLAYER.glob("*.css"))


def joined(modules: Iterable[Path]) -> str:
    """Put modules into one, each after those that it builds on: in one file nothing is imported or exported."""
    lines = [line for path in modules for line in path.read_text(encoding="utf-8").splitlines()]
    kept = (line if line.startswith("export default ") else line.removeprefix("export ") for line in lines)
    return "\n".join(line for line in kept if not line.startswith("import ")) + "\n"


def _module(modules: Iterable[Path], name: str) -> str:
    """Put modules into one that exports one name."""
    return joined(modules) + f"export {{ {name} }};\n"


def _styled(name: str, sheets: Iterable[Path]) -> str:
    """Return the line that gives style sheets to a script as a constant."""
    return f"const {name} = {json.dumps(_sheet(sheets))};\n"


def _sheet(sheets: Iterable[Path]) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(sheets))


def library() -> str:
    """Return hls.js, to stand in a page itself, where it is no module: it keeps its names to itself."""
    return '(() => { "use strict";\n' + (_PLAYER / _LIBRARY).read_text(encoding="utf-8") + "\n})();\n"


def library_licence() -> str:
    """Return the licence of hls.js, which goes wherever it goes."""
    return (_PLAYER / "LICENSE-hls.js").read_text(encoding="utf-8")


def packed() -> str:
    """Return the player for a file to take along, with its style sheet."""
    sheet = style() + (_PLAYER / "beside" / "beside.css").read_text(encoding="utf-8")
    sheet += (_PACK / "player.css").read_text(encoding="utf-8")
    return f"const STYLE = {json.dumps(sheet)};\n" + joined(_PLAYER / name for name in _PACK_MODULES)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
