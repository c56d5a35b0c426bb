"""Places people follow: around home, a ward, a kind of problem; they hear what happens there."""
