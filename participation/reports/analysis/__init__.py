"""Where and when the trouble lies, drawn on a map for the console."""
