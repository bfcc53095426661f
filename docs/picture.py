"""The pictures of `inv demo`: `python -m docs.picture` plays it in a terminal and draws that.

README.md has four scenes that fit a screen, docs/tutorials/try-it.md has all of it.

What it shows depends on an artifact of this repository and on what the commands print, and on nothing else:
the demo is played in a repository that has this artifact in one commit, always of the same date.
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
"""How the commands of the four scenes begin."""

COLUMNS = 80
_LINES = 400
_MOST_OUTPUT = 7  # lines that a command has printed
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
    """A repository with one of this one's artifacts, and its settings, in one commit."""
    for name in _FILES:
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for command in (("init", "--initial-branch=main"), ("add", "--all"), ("commit", "--message=Begin")):
        environment = {**os.environ, **_ENVIRONMENT}
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def shown_commands(picture: str) -> list[str]:
    """The commands in a picture, in order."""
    return [line.removeprefix(_PROMPT) for line in shown_lines(picture) if line.startswith(_PROMPT)]


def shown_lines(picture: str) -> list[str]:
    """The text of each line of a picture, without the spaces between differently coloured words."""
    lines: dict[float, str] = {}
    for piece in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in piece.attrib:  # the title has none
            at = float(piece.attrib["y"])
            lines[at] = lines.get(at, "") + (piece.text or "").rstrip("\n")
    return [lines[at].replace("\N{NO-BREAK SPACE}", " ") for at in sorted(lines)]


def _play() -> bytes:
    """What the demo prints to a terminal."""
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
        except OSError:  # as Linux says that nobody writes any more
            break
        if not chunk:
            break
        printed += chunk
    os.close(terminal)
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        raise SystemExit(printed.decode(errors="replace"))
    return printed


def _screen(printed: bytes) -> list[Text]:
    """The lines that a terminal of many lines has in the end."""
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
    """Rich's name of a style that pyte found."""
    colour = {"default": "", "brown": "yellow"}.get(colour, colour)
    return f"bold {colour}".strip() if bold else colour


def _steps(lines: Iterable[Text]) -> list[list[Text]]:
    """What is typed and why, with what it prints; without the end, which tells what to try then."""
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
    """A picture of these steps, as SVG."""
    console = Console(
        record=True, file=io.StringIO(), width=COLUMNS, force_terminal=True, color_system="truecolor"
    )
    for number, step in enumerate(steps):
        if number:
            console.print()
        for line in _shortened(step):
            console.print(line, soft_wrap=True)
    svg = console.export_svg(title="inv demo", unique_id="demo")
    # A page does not fetch fonts for a picture.
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def main() -> None:
    steps = _steps(_screen(_play()))
    LONG.write_text(draw(steps), encoding="utf-8")
    PICTURE.write_text(draw([step for step in steps if _is_scene(step)]), encoding="utf-8")


if __name__ == "__main__":
    main()
