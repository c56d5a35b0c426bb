"""Promises made and kept: what is late is raised, and everyone may see the numbers."""
