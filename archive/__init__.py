"""What is kept: catalogue, object store, transcripts, search and access. Imports no sibling room."""

__version__ = "0.1.0"
