"""Another city's open data, taken in once."""
