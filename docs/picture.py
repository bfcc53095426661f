"""Draws the pictures of `inv demo`: `python -m docs.picture` plays it in a terminal.

README.md has four scenes that fit a screen, docs/tutorials/try-it.md has all of them.

The pictures depend only on an artifact of this repository and on what the commands print: the demo runs in a
repository that has this artifact in one commit, always of the same date.
"""

import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "demo.svg"
LONG = ROOT / "docs" / "demo-long.svg"

SCENES = ("inv build", "inv release", "inv issue.apply", "inv tag")
"""The beginnings of the commands in the four scenes."""

COLUMNS = 80
_LINES = 400
_MOST_OUTPUT = 7  # lines of output that a command has in a picture
_PROMPT = "$ "
_FILES = ("artifacts/eso", "flux/releaseconfig.json", "tasks.py", "invoke.yaml", ".gitignore")
_DATE = "2026-01-01T00:00:00Z"
_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "inv demo",
    "GIT_AUTHOR_EMAIL": "demo@localhost",
    "GIT_AUTHOR_DATE": _DATE,
    "GIT_COMMITTER_NAME": "inv demo",
    "GIT_COMMITTER_EMAIL": "demo@localhost",
    "GIT_COMMITTER_DATE": _DATE,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "TERM": "xterm-256color",
}


def make_monorepo(folder: Path) -> None:
    """Make a repository with one artifact and the settings of this repository, in one commit."""
    for name in _FILES:
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for command in (("init", "--initial-branch=main"), ("add", "--all"), ("commit", "--message=Begin")):
        environment = {**os.environ, **_ENVIRONMENT}
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def shown_commands(picture: str) -> list[str]:
    """Return the commands in a picture, in order."""
    return [line.removeprefix(_PROMPT) for line in shown_lines(picture) if line.startswith(_PROMPT)]


def shown_lines(picture: str) -> list[str]:
    """Return the text of each line of a picture, without the spaces between words of different colours."""
    lines: dict[float, str] = {}
    for piece in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in piece.attrib:  # the title has no such attribute
            at = float(piece.attrib["y"])
            lines[at] = lines.get(at, "") + (piece.text or "").rstrip("\n")
    return [lines[at].replace("\N{NO-BREAK SPACE}", " ") for at in sorted(lines)]


def _play() -> bytes:
    """Return what the demo prints to a terminal."""
    with tempfile.TemporaryDirectory(prefix="flux-picture-") as folder:
        monorepo = Path(folder, "monorepo")
        make_monorepo(monorepo)
        command = [sys.executable, "-m", "invoke", "demo", "--folder", str(Path(folder, "demo"))]
        return _in_terminal(command, monorepo)


def _in_terminal(command: list[str], folder: Path) -> bytes:
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(sys.stdout.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, COLUMNS, 0, 0))
        os.chdir(folder)
        os.environ.pop("NO_COLOR", None)
        os.execve(command[0], command, {**os.environ, **_ENVIRONMENT})
    printed = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # on Linux: the other side is closed
            break
        if not chunk:
            break
        printed += chunk
    os.close(terminal)
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        raise SystemExit(printed.decode(errors="replace"))
    return printed


def _screen(printed: bytes) -> list[Text]:
    """Return the final lines of a terminal with many lines."""
    import pyte

    screen = pyte.Screen(COLUMNS, _LINES)
    pyte.ByteStream(screen).feed(printed)
    lines = []
    for row in range(_LINES):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        pieces = groupby(cells, lambda cell: (cell.fg, cell.bold))
        line = Text.assemble(*(("".join(c.data for c in run), _style(*look)) for look, run in pieces))
        line.rstrip()
        lines.append(line)
    return lines


def _style(colour: str, bold: bool) -> str:
    """Return Rich's name for a style of pyte."""
    colour = {"default": "", "brown": "yellow"}.get(colour, colour)
    return f"bold {colour}".strip() if bold else colour


def _steps(lines: Iterable[Text]) -> list[list[Text]]:
    """Return the steps: why, what is typed, and its output. The last step, with more to try, is left out."""
    steps: list[list[Text]] = [[]]
    for line in lines:
        if not line.plain:
            steps.append([])
        else:
            steps[-1].append(line)
    return [step for step in steps if any(line.plain.startswith(_PROMPT) for line in step)][:-1]


def _is_scene(step: Sequence[Text]) -> bool:
    typed = [f"{line.plain} " for line in step]
    return any(line.startswith(f"{_PROMPT}{scene} ") for line in typed for scene in SCENES)


def _shortened(step: Sequence[Text]) -> Iterator[Text]:
    count = 0
    for line in step:
        count = 0 if line.plain.startswith((_PROMPT, "#")) else count + 1
        if count < _MOST_OUTPUT or (count == _MOST_OUTPUT and line is step[-1]):
            yield line
        elif count == _MOST_OUTPUT:
            yield Text("…", "bright_black")


def draw(steps: Sequence[Sequence[Text]]) -> str:
    """Return a picture of these steps, as SVG."""
    console = Console(
        record=True, file=io.StringIO(), width=COLUMNS, force_terminal=True, color_system="truecolor"
    )
    for number, step in enumerate(steps):
        if number:
            console.print()
        for line in _shortened(step):
            console.print(line, soft_wrap=True)
    svg = console.export_svg(title="inv demo", unique_id="demo")
    # Browsers load no fonts for a picture in a page.
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def main() -> None:
    steps = _steps(_screen(_play()))
    LONG.write_text(draw(steps), encoding="utf-8")
    PICTURE.write_text(draw([step for step in steps if _is_scene(step)]), encoding="utf-8")


if __name__ == "__main__":
    main()
