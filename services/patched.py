"""Makes a process that lives in one gevent loop ready for it; to be imported before all else.

What was loaded before keeps the parts of the standard library that block the loop, so this decides
by the command line, when the program is `python -m app` and what it is asked for needs a loop.
Until `loaded` is called the process looks for no garbage.
"""

import gc
import sys
from pathlib import Path

from gevent import monkey

# Nothing that is loaded at the start is ever garbage: looking for it took a quarter of the start.
gc.disable()
IN_A_LOOP = ("run", "serve", "realtime")

if Path(sys.argv[0]).name == "app.py" and sys.argv[1:2] and sys.argv[1] in IN_A_LOOP:
    monkey.patch_all()


def loaded() -> None:
    """Look for garbage again, but never in what was loaded until now."""
    gc.freeze()
    gc.enable()
