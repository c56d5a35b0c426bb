"""A sticker on a lamp post or a bin opens the form with place and thing filled in."""
