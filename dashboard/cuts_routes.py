"""What the editor of cuts asks for and sends."""

from typing import Any

from starlette.routing import Route

from archive.cuts import Cut
from archive.ocfl import OcflRoot
from archive.tables import Member, Recording
from dashboard import withheld
from dashboard.desk.asking import about
from dashboard.house import House
from dashboard.posts import Wish, number, text
from dashboard.texts import Texts


def routes() -> list[Route]:
    """Return the routes of the editor of cuts; both want EDIT on the recording."""
    address = "/gate/cuts/{recording}"
    return [Route(address, about(_told), methods=["GET"]), Route(address, about(_put), methods=["POST"])]


def _told(here: House, _member: Member, recording: Recording, wish: Wish) -> dict[str, Any]:
    """The cuts as they are; what they come to: the widened ones, where angles end, how many seconds are left."""
    kept = withheld.of(here, recording)
    return {
        "cuts": [_plain(cut) for cut in here.cuts.of(recording.id)],
        "effective": kept.told(Texts("en" if wish.get("lang") == "en" else "zh")),
        "ends": dict(kept.effect.ends),
        "left": kept.effect.left(recording.duration) or 0.0,
        "whole": recording.duration or 0.0,
    }


def _plain(cut: Cut) -> dict[str, Any]:
    return cut.model_dump(mode="json", include={"id", "start", "end", "reason"}) | {"author": cut.author_name}


def _put(here: House, member: Member, recording: Recording, wish: Wish) -> dict[str, Any]:
    """Keep cuts instead of those that the page knows; "conflict" where they are others by now."""
    before = {cut.id: cut for cut in here.cuts.of(recording.id)}
    known = {str(each) for each in wish["instead_of"]}
    if known != before.keys():
        return _told(here, member, recording, wish) | {"conflict": True}
    cuts = [_cut(recording, member, each, before) for each in wish["cuts"]]
    here.cuts.put(OcflRoot(here.store), recording.id, cuts, instead_of=known)
    here.written.set()
    return _told(here, member, recording, wish)


def _cut(recording: Recording, member: Member, each: Wish, before: dict[str, Cut]) -> Cut:
    """A cut as the page has it; one that is as it was stays whose it was."""
    if not isinstance(each, dict):
        raise TypeError
    start, end, reason = number(each, "start"), number(each, "end"), text(each, "reason")
    known = before.get(str(each.get("id") or ""))
    if known is not None and (known.start, known.end, known.reason) == (start, end, reason):
        return known
    made = Cut(recording_id=recording.id, start=start, end=end, reason=reason)
    made.author_id, made.author_name = member.id, member.name
    return made
