"""Runs a build step: on a clean export, without network access, and with limits for time and size.

The step is code from a commit. From the environment of this process it gets only PATH. It also gets its own
home, and variables that make its output the same on every machine. If Linux has namespaces, the step runs in
new ones: it has no network, and its child processes end with it. This is not a sandbox for files: the step
can read all files that the user can read.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, Content, File, path_bytes
from flux.errors import ContentError

SECONDS = 600
MOST_BYTES = 64 << 20
MOST_FILES = 10_000
_LARGEST_FILE = 512 * 1024  # the most blocks of 512 bytes in a file that the step writes
_LATEST = 1 << 33  # seconds since the epoch; any file system accepts this time
_SHOWN = 300  # the most characters that are shown of the end of its output
_UNSHARE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
_BUBBLEWRAP = ("bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--unshare-user", "--unshare-pid")
_WAYS = {
    False: (
        (*_UNSHARE, "--net"),
        ("unshare", "--pid", "--fork", "--kill-child", "--net"),
        (*_BUBBLEWRAP, "--unshare-net"),
    ),
    True: (_UNSHARE, ()),
}
"""The commands that isolate a program, the best first, by whether it may use the network."""

_running: set[subprocess.Popen[bytes]] = set()
_changing = Lock()


@dataclass(frozen=True)
class BuildStep:
    """A command line, its output folder, the time that it should use as the current time, and whether it may
    use the network."""

    command: str
    output: str
    time: int
    network: bool = False


@dataclass(frozen=True)
class Made:
    """A file that a step made. `path` is relative to its output folder. `mode` is a mode of git."""

    path: str
    mode: int
    content: bytes


def run(step: BuildStep, files: Iterable[tuple[File, Content]]) -> list[Made]:
    """Run the step on the files and return its output. Raises ContentError."""
    apart = _apart(step.network)
    if apart is None:
        raise ContentError(
            "its build step does not run: this machine cannot take the network away from it",
            "allow user namespaces (on Ubuntu: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`), or"
            " let steps use the network with the setting `prepare_network`",
        )
    try:
        with TemporaryDirectory(prefix="flux-step-", ignore_cleanup_errors=True) as folder:
            export = Path(folder, "export")
            for name in ("export", "home", "tmp"):
                Path(folder, name).mkdir()
            _write(export, files, step.time)
            _execute([*apart, *_limited(step.command)], Path(folder), step)
            return list(_read(export, step.output))
    except OSError as error:
        raise ContentError(
            f"its build step cannot be run: {error.strerror}", "check the disk of this machine"
        ) from error


def can_cut_off() -> bool:
    """Whether this machine can run steps without network access."""
    return _apart(False) is not None


def stop() -> None:
    """End all steps. Call it if the process ends without waiting for them."""
    with _changing:
        for process in _running:
            _kill(process)


@cache
def _apart(network: bool) -> tuple[str, ...] | None:
    """Return the command that isolates a program on this machine, or None if there is none."""
    return next((way for way in _WAYS[network] if _works(way)), None)


def _works(way: tuple[str, ...]) -> bool:
    if not way:
        return True
    if not shutil.which(way[0]):
        return False
    try:
        return subprocess.run([*way, "true"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _limited(command: str) -> list[str]:
    return ["/bin/sh", "-c", f'ulimit -f {_LARGEST_FILE} && exec /bin/sh -e -c "$1"', "sh", command]


def _write(export: Path, files: Iterable[tuple[File, Content]], time: int) -> None:
    """Write the files as a checkout with umask 022 does, all with the same time. Links are written last."""
    links: list[tuple[Path, bytes]] = []
    time = min(time, _LATEST)
    for file, content in _safe(files):
        path = export / os.fsdecode(path_bytes(file.path))
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if file.mode == SUBMODULE:
            path.mkdir()
        elif file.mode == SYMLINK:
            links.append((path, content.whole()))
        else:
            with path.open("xb") as written:
                written.writelines(content.pieces)
            path.chmod(0o755 if file.mode == EXECUTABLE else 0o644)
            os.utime(path, (time, time))
    for path, target in links:
        os.symlink(target, os.fsencode(path))  # noqa: PTH211 (bytes)
    for folder, _, _ in os.walk(export):
        os.chmod(folder, 0o755)  # noqa: PTH101 (names are whatever the file system takes)
        os.utime(folder, (time, time))


def _safe(files: Iterable[tuple[File, Content]]) -> Iterator[tuple[File, Content]]:
    for file, content in files:
        if {part.lower() for part in file.path.split("/")} & {"", ".", "..", ".git"}:
            raise ContentError(
                f"its build step cannot run: {file.path!r} is not the path of a file", "rename it"
            )
        yield file, content


def _execute(command: list[str], folder: Path, step: BuildStep) -> None:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(step.time),
    }
    said = folder / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder / "export",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            umask=0o022,
            start_new_session=True,
        )
        with _changing:
            _running.add(process)
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise ContentError(
                f"its build step `{step.command}` did not end within {SECONDS} seconds", "make it faster"
            ) from None
        finally:
            with _changing:
                _running.discard(process)
            _kill(process)
    if code:
        said_last = _last_line(said)
        raise ContentError(
            f"its build step `{step.command}` failed with exit code {code}: {said_last or 'it said nothing'}",
            "it sees only the files that `inputs` names, no network, and of variables only PATH",
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a step and the processes that it left running."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(said: Path) -> str:
    with said.open("rb") as stream:
        stream.seek(max(said.stat().st_size - 4096, 0))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return "".join(character for character in last if character.isprintable())[:_SHOWN]


def _read(export: Path, output: str) -> Iterator[Made]:
    """Yield the files in a folder of the export. Links are not followed."""
    top = os.fsencode(export)
    for part in filter(None, path_bytes(output).split(b"/")):
        top = os.path.join(top, part)  # noqa: PTH118 (bytes)
        if not os.path.lexists(top) or not stat.S_ISDIR(os.lstat(top).st_mode):
            raise ContentError(f"its build step left no folder {output}", "look at the setting `output`")
    left, files, size = [b""], 0, 0
    while left:
        inside = left.pop()
        with os.scandir(os.path.join(top, inside)) as listed:  # noqa: PTH118 (bytes)
            entries = list(listed)
        for entry in entries:
            path = os.path.join(inside, entry.name)  # noqa: PTH118 (bytes)
            if entry.is_dir(follow_symlinks=False):
                left.append(path)
                continue
            made = _file(entry, path.decode("utf-8", "surrogateescape"), MOST_BYTES - size)
            files, size = files + 1, size + len(made.content)
            if files > MOST_FILES:
                raise ContentError(f"its build step made more than {MOST_FILES} files", "let it make fewer")
            yield made


def _file(entry: os.DirEntry[bytes], path: str, room: int) -> Made:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return Made(path, SYMLINK, os.readlink(entry.path))  # noqa: PTH115 (bytes)
    if not stat.S_ISREG(mode):
        raise ContentError(
            f"its build step made {path}, which is not a file", "let it make files and folders"
        )
    with open(os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:  # noqa: PTH123 (bytes)
        content = stream.read(room + 1)
    if len(content) > room:
        raise ContentError(f"its build step made more than {MOST_BYTES} bytes", "let it make less")
    return Made(path, EXECUTABLE if mode & 0o100 else REGULAR, content)
