"""What a recording is about, and so how likely each term of the glossary is at each place of it."""

from collections.abc import Sequence

from archive.glossary import Glossary
from ingest.speech.weigh import Prior

# Logarithms of probabilities.
AT_HOME = -7.1  # of a term where the talk is all medicine
ELSEWHERE = -20.1  # of a term where it is not about medicine at all
OWN_FIELD = 0.5  # more for the recording's own specialty
IN_TITLE = 1.5  # more for what its title names
SAID_BEFORE = 1.0  # more for what is written in it already

_DENSE = 0.12  # share of characters that belong to terms, at which a talk is all medicine
_AROUND = 12  # segments on each side that say what the talk is about
_LONGEST = 16  # characters of a term
_GENERAL = "general"  # its terms are said in every hospital corridor: they do not make a lecture
_FIELDS = {
    "obstetrics_gynaecology": ("妇", "产", "胎", "子宫", "obstetric", "gynaecolog", "gynecolog"),
    "laparoscopy": ("腹腔镜", "外科", "切除", "手术", "laparoscop", "surg"),
    "anaesthesia": ("麻醉", "插管", "气道", "anaesth", "anesth"),
    "fetal_monitoring": ("胎心", "胎儿", "产科", "fetal", "obstetric"),
    "respiratory_failure": ("呼吸", "重症", "通气", "新生儿", "肺", "respirat", "intensive", "ventilat", "neonat"),
}


class Topic:
    """Priors for one recording of these texts, a segment each."""

    def __init__(self, glossary: Glossary, texts: Sequence[str], *, title: str, specialty: str) -> None:
        self._terms = glossary.by_spelling
        self._weights = {
            spelling: self._weight(spelling, term.specialty, title, specialty, "\n".join(texts))
            for spelling, term in self._terms.items()
        }
        self._medical = [self._covered(text) for text in texts]
        self._lengths = [len(text) for text in texts]

    def _weight(self, spelling: str, field: str, title: str, specialty: str, said: str) -> float:
        about = f"{specialty} {title}".lower()
        own = field == specialty or any(word in about for word in _FIELDS.get(field, ()))
        return OWN_FIELD * own + IN_TITLE * (spelling in title) + SAID_BEFORE * (spelling in said)

    def _covered(self, text: str) -> int:
        """How many characters belong to terms of a specialty."""
        covered = at = 0
        while at < len(text):
            length = next((n for n in range(_LONGEST, 1, -1) if self._counts(text[at : at + n])), 0)
            covered += length
            at += length or 1
        return covered

    def _counts(self, text: str) -> bool:
        term = self._terms.get(text)
        return term is not None and term.specialty != _GENERAL

    def around(self, segment: int) -> Prior:
        """Return the priors at one segment."""
        window = slice(max(0, segment - _AROUND), segment + _AROUND + 1)
        share = sum(self._medical[window]) / max(1, sum(self._lengths[window]))
        base = ELSEWHERE + (AT_HOME - ELSEWHERE) * min(1.0, share / _DENSE)

        def prior(spelling: str) -> float | None:
            weight = self._weights.get(spelling)
            return None if weight is None else base + weight

        return prior
