"""The craft of seeing how a recording is built: sentences, the words that open a new part, chapters."""
