"""Files on their way in from a browser: begun, sent in parts, taken up again, read back and entered."""
