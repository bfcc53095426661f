"""Bodies of issues that mean no good, and what each has to read as."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from flux.promotion.boxes import LONGEST_BODY
from flux.promotion.marker import render_marker
from flux.promotion.proposal import Promotion

_FILES = sorted((Path(__file__).parent / "hostile").glob("*.yaml"))


@dataclass(frozen=True)
class HostileBody:
    """One file of hostile, or one that is made because it is large.

    MARKER in `text` stands for the right marker. `ticked` are the environments that the body wants, of those
    of tests.promotion.samples.PHASES, and `unknown` its other boxes; `marked` is whether the issue is one of
    ours. A body that is `refused` is so with these words.
    """

    name: str
    text: str
    ticked: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    marked: bool = True
    refused: str = ""

    def body(self, marker: Promotion) -> str:
        return self.text.replace("MARKER", render_marker(marker))


def hostile_bodies() -> list[HostileBody]:
    return [*map(_read, _FILES), *_made()]


def _read(path: Path) -> HostileBody:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return HostileBody(
        path.stem,
        document.pop("body"),
        frozenset(document.pop("ticked", ())),
        tuple(document.pop("unknown", ())),
        document.pop("marker", True),
        document.pop("refused", ""),
        **document,
    )


_REPEATED = {
    "boxes": "- [x] a\n",
    "brackets": "[",
    "comments": "<!--\n",
    "definitions": "[a]: b\n",
    "emphasis": "*a **b_",
    "fences": "```\n",
    "footnotes": "[^1]: ",
    "headings": "a\n===\n",
    "lists": "+ ",
    "paragraph": "a\n",
    "quotes": ">",
    "tables": "a|b\n-|-\n",
    "tabs": "\t",
    "tags": "<b ",
}
"""What is slow to one parser of Markdown or another, over and over."""


def _made() -> Iterator[HostileBody]:
    yield HostileBody(
        "made-of-a-megabyte", f"MARKER\n\n- [x] prod_ring1\n{'x' * 2**20}", refused="GitHub takes 65,536"
    )
    boxes = "- [x] prod_ring1\n" * 100_000
    yield HostileBody("made-of-100000-boxes", f"MARKER\n\n{boxes}", refused="GitHub takes 65,536")
    for name, text in _REPEATED.items():
        yield HostileBody(
            f"made-of-{name}",
            _filled("MARKER\n\n- [ ] prod_ring1\n\n", text),
            unknown=("a",) if name == "boxes" else (),
            refused="too deep" if name in ("footnotes", "lists", "quotes") else "",
        )
    word = _filled("MARKER\n\n- [x] prod_ring1", "*_`[")
    yield HostileBody("made-of-one-word", word, unknown=(word.rpartition(" ")[2],))
    lazy = _filled(f"MARKER\n\n{'>' * 18}a\n", "b\n<b\n")
    yield HostileBody("made-of-lines-behind-quotes", lazy)
    for depth, refused in ((8, ""), (9, "too deep"), (200, "too deep")):
        stairs = "".join(f"{'  ' * step}- [x] prod_ring1\n" for step in range(depth + 1))
        ticked = frozenset({"prod_ring1"})
        yield HostileBody(f"made-of-{depth}-stairs", f"MARKER\n\n{stairs}", ticked, refused=refused)


def _filled(head: str, text: str) -> str:
    """Text after a head, as often as a body has room for it with any marker."""
    return head + text * ((LONGEST_BODY - len(head) - 500) // len(text))
