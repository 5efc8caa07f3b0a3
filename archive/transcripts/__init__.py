"""What was said: the transcript model, and WebVTT, SRT and JSON in both directions."""

from archive.transcripts.model import Segment, Transcript, Word
from archive.transcripts.times import LONGEST, clock, parse_time, timestamp

__all__ = ["LONGEST", "Segment", "Transcript", "Word", "clock", "parse_time", "timestamp"]
