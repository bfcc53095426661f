"""Boxes as GitHub's own Markdown parser, cmark-gfm, shows them: the oracle of these tests."""

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


def shown(body: str) -> list[tuple[str, bool]]:
    """The first word behind each box of the page, and whether the box is ticked.

    Ticked is also what has `[x]` anywhere in its line, a slip of the parser's task list extension.
    """
    text = body.encode("utf-8", "replace").decode()
    page = _Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_FOOTNOTES))
    page.close()
    return [((text.split() or [""])[0], ticked) for text, ticked in page.boxes]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.boxes.append(("", "checked" in dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.boxes:
            text, ticked = self.boxes[-1]
            self.boxes[-1] = (text + data, ticked)
