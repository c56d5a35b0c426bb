"""The city as an Open311 server: other systems tell of problems and read what became of them."""
