"""Every text of the portal, Chinese first, then English: a table for each area. `Texts` fills in the {values}."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["zh", "en"]

LANGUAGES: dict[Language, str] = {"zh": "简体中文", "en": "English"}


def _tables() -> dict[str, tuple[str, str]]:
    """Put the areas' tables into one; two areas that use one key are a mistake of ours."""
    found: dict[str, tuple[str, str]] = {}
    for area in pkgutil.iter_modules(__path__):
        table: dict[str, tuple[str, str]] = importlib.import_module(f"{__name__}.{area.name}").TEXTS
        if twice := found.keys() & table.keys():
            raise KeyError(f"{sorted(twice)} in {area.name} and elsewhere")
        found |= table
    return found


TEXTS = _tables()


@dataclass(frozen=True)
class Texts:
    """The texts in one language: `t("search")`, `t("hits_count", query="胎心", count=3)`."""

    language: Language

    @property
    def html(self) -> str:
        """The language as HTML names it."""
        return "zh-CN" if self.language == "zh" else "en"

    def __call__(self, key: str, **facts: Any) -> str:
        """Return a text with its facts filled in; an unknown key is a mistake of ours and raises KeyError."""
        return TEXTS[key][0 if self.language == "zh" else 1].format(**facts)

    def of(self, group: str, name: str, **facts: Any) -> str:
        """Return the text of one of a group that may grow elsewhere, such as a step; its bare name if it is new."""
        key = f"{group}.{name}"
        return self(key, **facts) if key in TEXTS else name

    def step(self, name: str) -> str:
        """Return the name of a job's step; of several angles each has its own: remux, remux:2 and so on."""
        step, _, number = name.partition(":")
        return self("step.of_angle", step=self.of("step", step), number=number) if number else self.of("step", step)

    def group(self, group: str) -> dict[str, str]:
        """Return all texts of a group by their own names; they hold nothing to fill in."""
        begin = f"{group}."
        return {key.removeprefix(begin): self(key) for key in TEXTS if key.startswith(begin)}

    def count(self, key: str, number: int, **facts: Any) -> str:
        """Return a text with a number, in its form for one where the number is one."""
        return self(f"{key}_one" if number == 1 else key, count=number, **facts)

    def failure(self, code: str) -> tuple[str, str]:
        """Return why something failed and what to do, by its code in `archive.errors`."""
        known = code if f"error.{code}" in TEXTS else "error"
        return self(f"error.{known}"), self(f"error.{known}.advice")
