"""Draws the Mermaid pictures of the pages in a browser: `python -m docs.diagrams MERMAID.JS FOLDER`.

Mermaid draws each picture of README.md, CONTRIBUTING.md and docs/ in Chromium, as GitHub and the site do.
FOLDER gets a page of all of them and a screenshot to look at. A picture that cannot be drawn is an error.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_BLOCK = re.compile(r"^```mermaid\n(.*?)^```", re.DOTALL | re.MULTILINE)
_RESULT = re.compile(r'<script id="result" type="application/json">(.*?)</script>', re.DOTALL)
_WIDTH, _HEIGHT = 900, 700  # the width of a picture in a page, and the height of a screen
_WIDEST = 1800  # a page halves this width; words in wider ones are too small
_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<title>Pictures</title>
<style>body {{font: 16px sans-serif; width: {width}px; margin: 1em}} pre {{display: none}}</style>
{pictures}
<script id="result" type="application/json">null</script>
<script src="{script}"></script>
<script>
  mermaid.initialize({{startOnLoad: false, securityLevel: "strict"}});
  (async () => {{
    const result = {{}};
    for (const section of document.querySelectorAll("section")) {{
      try {{
        const text = section.querySelector("pre").textContent;
        const drawn = section.querySelector("div");
        drawn.innerHTML = (await mermaid.render("drawn-" + section.id, text)).svg;
        const size = drawn.firstChild.viewBox.baseVal;
        result[section.dataset.name] = {{width: size.width, height: size.height}};
      }} catch (error) {{
        result[section.dataset.name] = {{fault: String(error)}};
      }}
    }}
    document.querySelector("#result").textContent = JSON.stringify(result);
  }})();
</script>
"""


@dataclass(frozen=True)
class Diagram:
    """`name` is the page, and the number of the picture in it."""

    name: str
    text: str


def diagrams(root: Path = ROOT) -> list[Diagram]:
    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    return [
        Diagram(f"{page.relative_to(root).as_posix()} {number}", text)
        for page in pages
        for number, text in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), 1)
    ]


def page_of(found: Sequence[Diagram], script: str) -> str:
    """Return a page that draws these pictures."""
    sections = [
        f'<section id="p{number}" data-name="{escape(each.name)}"><h2>{escape(each.name)}</h2>'
        f"<pre>{escape(each.text)}</pre><div></div></section>"
        for number, each in enumerate(found)
    ]
    return _PAGE.format(width=_WIDTH, script=escape(script), pictures="\n".join(sections))


def faults(found: Sequence[Diagram], document: str) -> list[str]:
    """Return the errors of the pictures, from their page as the browser prints it."""
    written = _RESULT.search(document)
    result = json.loads(unescape(written[1])) if written else None
    if not isinstance(result, dict):
        return ["the browser drew nothing"]
    return [f"{each.name}: {fault}" for each in found if (fault := _fault(result.get(each.name)))]


def _fault(drawn: dict[str, float | str] | None) -> str:
    if drawn is None:
        return "it was not drawn"
    if "fault" in drawn:
        return str(drawn["fault"]).splitlines()[0]
    width, height = float(drawn["width"]), float(drawn["height"])
    if not (width and height):
        return "it is empty"
    # A page shrinks a wide picture to fit.
    shown = height * min(1.0, _WIDTH / width)
    if shown > _HEIGHT:
        return f"it is {shown:.0f} pixels high, more than a screen"
    return f"it is {width:.0f} pixels wide, so that its words become too small" if width > _WIDEST else ""


def browse(page: Path, *options: str) -> str:
    """Return what the browser prints for a page."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit("there is no Chromium: apt-get install chromium")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"]
    command += [f"--user-data-dir={page.parent / 'profile'}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=300).stdout


def main(script: str, folder: str) -> None:
    found = diagrams()
    page = Path(folder).resolve() / "diagrams.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(page_of(found, Path(script).resolve().as_uri()), encoding="utf-8")
    wrong = faults(found, browse(page, "--dump-dom"))
    size = f"--window-size={_WIDTH + 60},{600 * len(found)}"
    browse(page, size, f"--screenshot={page.with_suffix('.png')}")
    shutil.rmtree(page.parent / "profile", ignore_errors=True)
    print(f"{len(found)} pictures: {page.with_suffix('.png')}")
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
