"""One angle of a recording on its way, and how a step is run on it."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from archive import derivatives
from archive.derivatives import Derived
from ingest.run import Run, Stored


@dataclass
class Film:
    """One angle on its way: the files that it came in, and what was made of them (step -> derivative)."""

    id: str
    position: int
    parts: list[tuple[str, Stored]]
    made: dict[str, Derived | None] = field(default_factory=dict)

    def called(self, step: str) -> str:
        """The name of a step of this angle: the first one's is plain."""
        return step if self.position == 0 else f"{step}:{self.position + 1}"

    @property
    def name(self) -> str:
        return self.parts[0][0]

    @property
    def source(self) -> Stored:
        """The one file of it: as received, or joined."""
        joined = self.made.get("join")
        return self.parts[0][1] if joined is None else joined.stored(joined.facts["file"])

    @property
    def media(self) -> dict[str, Any]:
        """What `probe` found."""
        return self.facts("probe")

    def facts(self, step: str) -> dict[str, Any]:
        """The facts of a step; empty where it was not needed."""
        made = self.made.get(step)
        return {} if made is None else made.facts

    def renditions(self, *steps: str) -> list[dict[str, Any]]:
        return [rendition for step in steps for rendition in self.facts(step).get("renditions", [])]

    @property
    def complaints(self) -> int:
        """How many lines of ffmpeg's pointed to damage so far."""
        return sum(self.facts(step).get("complaints", 0) for step in self.made)

    @property
    def heard(self) -> bool:
        """Whether it has sound that may be speech."""
        return self.facts("audio").get("file") is not None

    @property
    def copied(self) -> bool:
        """Whether its picture plays as it is."""
        return any(rendition["name"] == "source" for rendition in self.renditions("remux"))


def make(run: Run, film: Film, mark: str, step: ModuleType, recipe: Any, **resources: Any) -> Derived:
    """Run a step on the angle's one file."""
    return run.derive(step, recipe, {"source": film.source}, mark=film.called(mark), **resources)


def shown(run: Run, film: Film, made: Derived) -> Derived:
    """Let the portal play what a step made."""
    run.place.catalogue.put_renditions(run.recording_id, derivatives.renditions(run.recording_id, film.id, made))
    return made
