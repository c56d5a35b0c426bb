"""Haneul (하늘시): a city that pretends to be no real place, with people and a past."""
