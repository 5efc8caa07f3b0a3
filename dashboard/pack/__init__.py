"""A recording to take along: one file that plays in a browser without us, its rights permitting."""

from dashboard.pack.routes import routes

__all__ = ["routes"]
