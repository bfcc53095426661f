"""Repeats a command until the user stops it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from invoke.exceptions import Exit

from flux.errors import RequestError
from flux.running import reporting

WATCH_SECONDS = 10


def require_alone(**others: bool) -> None:
    """Raises Exit with code 2 if `--watch` is combined with one of these options."""
    for name, given in others.items():
        if given:
            with reporting(json=others.get("json", False)):
                raise RequestError(f"--watch cannot be used with --{name}", "leave one of them out")


def again_and_again(look: Callable[[], None], pause: Callable[[float], None] = time.sleep) -> None:
    """Call `look` until Ctrl-C, which is not an error here. Other failures may pass, so it continues after
    them. But a wrong request stays wrong, so it ends."""
    signal.signal(signal.SIGINT, _leave)
    while True:
        try:
            look()
        except Exit as ended:
            if ended.code == RequestError.exit_code:
                raise
        pause(WATCH_SECONDS)


def _leave(number: int, frame: FrameType | None) -> None:
    """Exit at once, without waiting for running work. Show the cursor: a progress bar may have hidden it."""
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\x1b[?25h\n")
    os._exit(0)
