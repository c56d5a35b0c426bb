"""Today, here: what matters to me now, in one calm column."""
