"""Something in the street is broken: say it once, see what becomes of it."""
