"""Patches as `python -m app serve` makes them, which looks at its own name; import it first."""

from gevent import monkey

monkey.patch_all()

PATCHED = monkey.is_module_patched("socket")
