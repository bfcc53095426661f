"""A program at a terminal of its own: what it shows, and keys to press."""

import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from types import TracebackType

_ESCAPES = re.compile(r"\x1b(\[[0-9;?>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78])")


class Terminal:
    """A program that runs at a terminal of a certain width, until the `with` ends."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        env: Mapping[str, str] | None = None,
        columns: int = 80,
        lines: int = 40,
    ) -> None:
        self.shown = ""
        self.code: int | None = None
        self._pid, self._ours = pty.fork()
        if self._pid == 0:  # pragma: no cover
            try:
                os.chdir(folder)
                os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm", **(env or {})})
            finally:
                os._exit(127)
        ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._ours)

    @property
    def text(self) -> str:
        """All that was shown so far, without what moves the cursor or colours it, and without bells."""
        return re.sub(r"[\r\a]", "", _ESCAPES.sub("", self.shown))

    def forget(self) -> None:
        """Look only at what is shown from now on."""
        self.shown = ""

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait_for(self, pattern: str, seconds: float = 60) -> str:
        """Read until the text since the beginning has a pattern. Fails where it does not come."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            assert time.monotonic() < end, self.text
            assert self._read(0.1), self.text
        return found[0]

    def end(self) -> int:
        """The exit code, after everything was read."""
        while self._read(60):
            pass
        _, status = os.waitpid(self._pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def _read(self, seconds: float) -> bool:
        """Whether the program may still show something."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return True
        with suppress(OSError):  # how Linux says that the other side is closed
            if piece := os.read(self._ours, 65536):
                self.shown += piece.decode(errors="replace")
                return True
        return False
