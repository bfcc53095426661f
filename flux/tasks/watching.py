"""A command that looks again and again, until somebody has seen enough."""

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from invoke.exceptions import Exit

from flux.errors import RequestError
from flux.running import reporting

SECONDS = 10


def require_alone(**others: bool) -> None:
    """Raises Exit with code 2 for options that ask for one answer."""
    for name, given in others.items():
        if given:
            with reporting(json=others.get("json", False)):
                raise RequestError(f"--watch cannot be used with --{name}", "leave one of them out")


def again_and_again(look: Callable[[], None], pause: Callable[[float], None] = time.sleep) -> None:
    """Look until Ctrl-C, which is not an error here. What cannot be seen now may be seen later. A request
    that is wrong stays wrong, and ends it."""
    signal.signal(signal.SIGINT, _leave)
    while True:
        try:
            look()
        except Exit as ended:
            if ended.code == RequestError.exit_code:
                raise
        pause(SECONDS)


def _leave(number: int, frame: FrameType | None) -> None:
    """At once, without waiting for what is under way. A progress bar may have hidden the cursor."""
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\x1b[?25h\n")
    os._exit(0)
