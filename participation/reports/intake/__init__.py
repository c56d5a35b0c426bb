"""Other ways in: a letter, or a call that an agent takes."""
