"""Who may not tell of problems for a while, and what waits for a first look."""
