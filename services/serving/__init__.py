"""The kinds of process the application runs as: all in one, or pages, sockets and work apart."""

from services.serving.command import command_line

__all__ = ["command_line"]
