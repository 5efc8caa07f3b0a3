"""Who uses the archive: members, the one-time links that let them in, and their sessions."""

from archive.people.members import COOKIE, Members

__all__ = ["COOKIE", "Members"]
