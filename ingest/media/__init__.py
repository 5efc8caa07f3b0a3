"""What the steps know of pictures, sound and files: rungs and filters, loudness, and what is missing of a source."""
