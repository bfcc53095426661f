"""The boxes of a promotion issue: who wants which environment.

A Markdown parser reads a body as GitHub renders it. Only characters between brackets are ever written. A box
is a task list item (https://github.github.com/gfm/#task-list-items-extension-) of a bulleted list that begins
its line. GitHub shows no box in a block quote or behind a second list marker. It shows boxes in a numbered
list, but may read as part of a paragraph what CommonMark reads as a list.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from flux.errors import IssueError
from flux.regex import regex

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

LONGEST_BODY = 65_536
"""The most characters that GitHub accepts in a body."""

Phases = Mapping[str, Sequence[str]]
"""The environments of each phase, in order. A phase that is one environment has only itself as a member."""

_LINE_END = regex(r"\r\n?|\n")
_ITEM = regex(r"[ \t]*[-+*][ \t]+\[(?P<mark>[ xX])\][ \t]+(?P<word>[^ \t\r\n]+)")
_CONTROL = regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OTHER_SPACE = regex(r"[^\S \t\r\n]")  # whitespace in Python's regular expressions, not on GitHub
_DEEPEST = 20  # the parser stops here; a nested list is two levels deeper
_LONGEST_WORD = 512  # a name has at most 128 characters, and each may be escaped
_PLAIN = {"text", "text_special", "code_inline", "em_open", "em_close", "strong_open", "strong_close"}


@dataclass(frozen=True)
class Box:
    """A box of a body. Its name is the first word behind it, without code, bold or italic markup. A word with
    other markup is used as it is written. Lines count from 0 and end with LF, CRLF or CR."""

    name: str
    ticked: bool
    line: int


def read_boxes(body: str) -> list[Box]:
    """Return every box of a body, from the top.

    All functions here raise IssueError if people may see the body in another way: if it is longer than
    LONGEST_BODY, has control characters, or is nested ten deep.
    """
    return [box for box, _ in _boxes(body)]


def ticked(body: str, phases: Phases) -> set[str]:
    """Return the environments that are wanted: their own box or the box of their phase is ticked.

    If several boxes have one name, the first counts.
    """
    marked = {name for name, tick in marks(body).items() if tick}
    return {
        environment
        for phase, members in phases.items()
        for environment in members
        if phase in marked or environment in marked
    }


def unknown(body: str, phases: Phases) -> list[str]:
    """Return each name of a box that is neither an environment nor a phase. A name is any text."""
    return [name for name in marks(body) if name not in _names(phases)]


def repeated(body: str, phases: Phases) -> list[str]:
    """Return the environments and phases that have more than one box, each once."""
    names = [box.name for box in read_boxes(body)]
    return [name for name in dict.fromkeys(names) if names.count(name) > 1 and name in _names(phases)]


def untick(body: str, environments: Collection[str], phases: Phases) -> str:
    """Return the body in which exactly these environments are no longer wanted.

    If the box of a phase stood for one of them, the boxes of its other environments are ticked instead. If
    one of these has no box, it is no longer wanted either: what the boxes cannot say is not promoted.
    """
    was = marks(body)
    wanted: dict[str, bool] = {}
    for phase, members in phases.items():
        unwanted = [environment for environment in members if environment in environments]
        if unwanted and was.get(phase):
            wanted |= dict.fromkeys(members, True) | {phase: False}
        wanted |= dict.fromkeys(unwanted, False)
    return mark(body, wanted)


def restore(body: str, before: str, after: str, names: Collection[str]) -> str:
    """Return the body without what the edit from `before` to `after` did to boxes with these names.

    A box that differs from `after` was changed by a later edit, and stays. A box that the edit added is
    unticked. A box that it removed, with its line, cannot be restored here.
    """
    was, became = marks(before), marks(after)
    changed = {name for name in names if name in became and became[name] != was.get(name, False)}
    return mark(body, {name: was.get(name, False) for name in changed})


def settle(body: str, wanted: Mapping[str, bool], phases: Phases) -> str:
    """Return the body in which these environments are wanted (True) or not, as far as they have boxes."""
    body = untick(body, [name for name, tick in wanted.items() if not tick], phases)
    shown = ticked(body, phases)
    return mark(body, {name: True for name, tick in wanted.items() if tick and name not in shown})


def marks(body: str) -> dict[str, bool]:
    """Return whether each box is ticked, by name. If several boxes have one name, the first counts."""
    return {name: box.ticked for name, (box, _) in _first(body).items()}


def mark(body: str, wanted: Mapping[str, bool]) -> str:
    """Return the body with the first boxes of these names set. Correct boxes stay as they are."""
    characters = list(body)
    for name, (box, at) in _first(body).items():
        if wanted.get(name, box.ticked) != box.ticked:
            characters[at] = "x" if wanted[name] else " "
    return "".join(characters)


def _names(phases: Phases) -> set[str]:
    return {*phases, *(environment for members in phases.values() for environment in members)}


def _first(body: str) -> dict[str, tuple[Box, int]]:
    """Return the boxes that count, by name, in order."""
    boxes: dict[str, tuple[Box, int]] = {}
    for box, at in _boxes(body):
        boxes.setdefault(box.name, (box, at))
    return boxes


@lru_cache(maxsize=8)  # callers read one body more than once
def _boxes(body: str) -> tuple[tuple[Box, int], ...]:
    """Return every box, and the position of the character between its brackets."""
    if len(body) > LONGEST_BODY:
        raise IssueError(
            f"a body of {len(body):,} characters is too long: GitHub takes {LONGEST_BODY:,}",
            "shorten it: only its first line and its boxes are read",
        )
    starts = [0, *(end.end() for end in _LINE_END.finditer(body))]
    if control := _CONTROL.search(body):
        line = sum(start <= control.start() for start in starts)
        raise IssueError(
            f"the body has the control character U+{ord(control[0]):04X} in line {line}",
            "remove it: it can hide text from people",
        )
    tokens = _markdown().parse(_OTHER_SPACE.sub("\ufffd", body))
    if any(token.nesting > 0 and token.level >= _DEEPEST - 1 for token in tokens):
        raise IssueError("the body has lists or quotes that are nested too deeply", "flatten them")
    boxes = []
    for line in _item_lines(tokens):
        if item := _ITEM.match(body, starts[line]):
            box = Box(_name(item["word"]), item["mark"] != " ", line)
            boxes.append((box, item.start("mark")))
    return tuple(boxes)


def _item_lines(tokens: "list[Token]") -> Iterator[int]:
    """Yield the lines where a list item begins with a paragraph, outside of footnotes."""
    footnotes = 0
    for token, following in pairwise(tokens):
        if token.type in ("footnote_reference_open", "footnote_reference_close"):
            footnotes += token.nesting
        elif not footnotes and (token.type, following.type) == ("list_item_open", "paragraph_open"):
            item, paragraph = token.map or [0], following.map or [0]
            if item[0] == paragraph[0]:
                yield item[0]


def _name(word: str) -> str:
    if len(word) > _LONGEST_WORD:
        return word
    tokens: list[Token] = []
    _markdown().inline.parse(word, _markdown(), {}, tokens)
    if not all(token.type in _PLAIN for token in tokens):
        return word
    return "".join(token.content for token in tokens)


@cache
def _markdown() -> "MarkdownIt":
    """Return a parser of blocks as on GitHub. It does not parse inline text, which takes the most time.

    Link reference definitions are paragraphs, as on GitHub until the paragraph ends. A block is a table only
    if it is nothing else. A line with only a tag ends a paragraph that continues outside of its item or
    quote.
    """
    from markdown_it import MarkdownIt
    from markdown_it.common.html_re import HTML_OPEN_CLOSE_TAG_STR
    from markdown_it.rules_block import html_block, table
    from mdit_py_plugins.footnote import footnote_plugin

    tag = re.compile(rf"{HTML_OPEN_CLOSE_TAG_STR}\s*$")

    def html(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
        if html_block(state, start, end, silent):
            return True
        outside = state.sCount[start] < state.blkIndent or state.parentType == "blockquote"
        line = slice(state.bMarks[start] + state.tShift[start], state.eMarks[start])
        return silent and outside and tag.match(state.src[line]) is not None

    markdown = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).disable(["inline", "reference"])
    markdown.block.ruler.at("html_block", html, {"alt": ["paragraph", "blockquote"]})
    markdown.block.ruler.before("lheading", "last_table", table, {"alt": ["paragraph"]})
    return markdown.use(footnote_plugin, inline=False, move_to_end=False)
