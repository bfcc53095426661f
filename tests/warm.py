"""Commands in processes that have imported before what commands import, for tests that run many.

Starting Python and importing takes longer than most commands do. So one process does that and waits; each
command is a fork of it, with a folder, an environment, an umask and streams of its own, and leaves nothing to
the next.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]

_READ_AT_START = ("PYTHON", "LC_", "LANG", "OPENSSL_", "SSL_")
"""How the variables begin that Python and libraries read when they start."""
_READ_AS_IMPORTED = ("flux.program", "flux.running", "flux.shell", "flux.tasks")
"""Modules that look at the environment as they are imported: each command imports them itself."""
_LIBRARIES = (
    *("github", "importlib.metadata", "invoke.main", "markdown_it", "mdit_py_plugins.footnote"),
    *("pathspec.patterns.gitignore.spec", "python_on_whales", "rich.console", "rich.progress", "rich.table"),
)
_NUMBER = struct.Struct("!q")


def is_like_ours(environment: Mapping[str, str]) -> bool:
    """Whether Python starts in it as it does in ours."""
    return _read_at_start(environment) == _read_at_start(os.environ)


def run(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], umask: int, seconds: float
) -> "subprocess.CompletedProcess[bytes]":
    """`python -m invoke ARGUMENT…` with what it printed, as subprocess.run has it. One runs at a time.

    Raises TimeoutExpired, and has killed the command then.
    """
    given = {
        "arguments": arguments,
        "folder": str(folder),
        "environment": dict(environment),
        "umask": umask,
    }
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = _waiting().run(json.dumps(given).encode(), (out.fileno(), err.fileno()), seconds)
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


class _Waiting:
    """The process that waits, as its parent has it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def run(self, request: bytes, streams: Sequence[int], seconds: float) -> int:
        with self._lock:
            socket.send_fds(self._ours, [_NUMBER.pack(len(request))], streams)
            self._ours.sendall(request)
            (pid,) = _NUMBER.unpack(_read(self._ours, _NUMBER.size))
            try:
                self._ours.settimeout(seconds)
                return int(*_NUMBER.unpack(_read(self._ours, _NUMBER.size)))
            except BaseException as error:
                os.kill(pid, signal.SIGKILL)
                self._ours.settimeout(None)
                _read(self._ours, _NUMBER.size)
                if isinstance(error, TimeoutError):
                    raise subprocess.TimeoutExpired("invoke", seconds) from None
                raise

    def end(self) -> None:
        self._ours.close()
        self._process.wait()


@cache
def _waiting() -> _Waiting:
    waiting = _Waiting()
    atexit.register(waiting.end)
    return waiting


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


def _read(connection: socket.socket, size: int) -> bytes:
    """Raises EOFError where the other side has ended."""
    read = b""
    while len(read) < size:
        if not (more := connection.recv(size - len(read))):
            raise EOFError
        read += more
    return read


# In the process that waits


def main(fileno: int) -> None:
    """Return in each fork, and there alone, as what a command needs; end when nobody asks any more."""
    _import_all()
    with socket.socket(fileno=fileno) as theirs:
        while True:
            size, streams, _, _ = socket.recv_fds(theirs, _NUMBER.size, 2)
            if not size:
                os._exit(0)
            request = json.loads(_read(theirs, *_NUMBER.unpack(size)))
            if (pid := os.fork()) == 0:
                break
            for stream in streams:
                os.close(stream)
            theirs.sendall(_NUMBER.pack(pid))
            _, status = os.waitpid(pid, 0)
            theirs.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
    _become(request, streams)


def _import_all() -> None:
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "flux").rglob("*.py"))
    names = (".".join(file.parts).removesuffix(".__init__") for file in files)
    for name in (*_LIBRARIES, *(name for name in names if not name.startswith(_READ_AS_IMPORTED))):
        with suppress(ImportError):  # which the command says that needs it
            importlib.import_module(name)
    assert not sys.modules.keys() & {*_READ_AS_IMPORTED}
    gc.freeze()  # so that a fork shares what is here


def _become(request: Mapping[str, Any], streams: Iterable[int]) -> None:
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    tempfile.tempdir = None
    if request["umask"] >= 0:
        os.umask(request["umask"])
    sys.path[0] = request["folder"]
    sys.argv = ["invoke", *request["arguments"]]


def _end(code: object) -> NoReturn:
    """End as Python ends, less one thing: what is in memory is not taken apart, which costs ten times what a
    small command does."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main(int(sys.argv[1]))
    try:
        runpy.run_module("invoke", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        _end(end.code)
    _end(0)
