"""The chapters of a recording, set by its trainer. The script is fetched only by those who edit."""

from dashboard.outline.routes import routes

__all__ = ["routes"]
