"""The desk, where a trainer puts transcripts right. Its script is fetched only by those who sit at it."""

from dashboard.desk.routes import routes

__all__ = ["routes"]
