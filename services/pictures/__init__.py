"""One picture made harmless, in a process of its own.

Nothing of the application is imported here: what opens a stranger's picture starts in a fraction of
the time, and has nothing of it in its memory.
"""
