"""What was said: the transcript model, and WebVTT, SRT and JSON in both directions."""

from archive.transcripts.about import facts
from archive.transcripts.model import TRUST, Segment, Transcript, Word
from archive.transcripts.times import LONGEST, clock, parse_time, timestamp

__all__ = ["LONGEST", "TRUST", "Segment", "Transcript", "Word", "clock", "facts", "parse_time", "timestamp"]
