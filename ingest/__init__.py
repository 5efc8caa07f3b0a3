"""How recordings come in: the engine, its steps, ffmpeg and speech. Imports `archive`."""
