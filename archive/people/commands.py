"""`shijiao members`: who may come in. A link is printed once and kept nowhere."""

from typing import Annotated

import typer

from archive.database import connect
from archive.errors import InputError
from archive.output import console, day, notes, print_json, table
from archive.people.members import LINK_DAYS, Members
from archive.settings import Settings, load_settings
from archive.tables import Member, Role

app = typer.Typer(help="Who may come in to the portal.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="The member's name or id.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def link(settings: Settings, members: Members, member: Member) -> str:
    """Return the address that signs a member in once."""
    return f"{settings.portal_address}/gate/enter/{members.invite(member.id)}"


def _members() -> tuple[Settings, Members]:
    settings = load_settings()
    return settings, Members(connect(settings))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name that colleagues know.", show_default=False)],
    role: Annotated[Role, typer.Option(help="What they are.")] = Role.VIEWER,
    institution: Annotated[str, typer.Option(help="Their hospital.")] = "",
    specialty: Annotated[str, typer.Option(help="Their specialty: what is new in it greets them.")] = "",
    as_json: Json = False,
) -> None:
    """Enter a member and print the link that signs them in, once."""
    if not name.strip():
        raise InputError("A member needs a name.", "Give the name that colleagues know.")
    settings, members = _members()
    member = members.add(name.strip(), role, institution=institution.strip(), specialty=specialty.strip())
    _print_link(settings, members, member, as_json=as_json)


@app.command("link")
def link_(who: Who, as_json: Json = False) -> None:
    """Print another link for a member: a new telephone, a lost cookie."""
    settings, members = _members()
    _print_link(settings, members, members.find(who), as_json=as_json)


def _print_link(settings: Settings, members: Members, member: Member, *, as_json: bool) -> None:
    address = link(settings, members, member)
    if as_json:
        print_json({"id": member.id, "name": member.name, "role": member.role.value, "link": address})
        return
    console.print(address, soft_wrap=True)
    notes.print(f"It signs {member.name} ({member.role}) in once, within {LINK_DAYS} days. Hand it over privately.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the members."""
    _, members = _members()
    people = members.all()
    if as_json:
        print_json([person.member.model_dump(mode="json") | {"institution": person.institution} for person in people])
        return
    if not people:
        notes.print("Nobody yet. `shijiao members add NAME --role trainer` enters one.")
        return
    rows = table("id", "name", "role", "institution", "specialty", "since")
    for person in people:
        member = person.member
        rows.add_row(member.id, member.name, member.role, person.institution, member.specialty, day(member.created_at))
    console.print(rows)


@app.command("sign-out")
def sign_out(who: Who) -> None:
    """End every session of a member, and withdraw the links that were not used yet."""
    _, members = _members()
    member = members.find(who)
    notes.print(f"{members.sign_out_everywhere(member.id)} sessions of {member.name} have ended.")


@app.command()
def remove(who: Who) -> None:
    """Remove a member. What they wrote stays, under their name."""
    _, members = _members()
    member = members.find(who)
    members.remove(member.id)
    notes.print(f"{member.name} cannot come in any more.")
