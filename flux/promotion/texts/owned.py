"""Our part of a pull request's description. The rest belongs to people and stays."""

import json
import re
from dataclasses import dataclass

from flux.promotion.marker import json_in_comment
from flux.regex import regex

_BEGIN = regex(r'^<!-- flux-request: (?P<title>".*") -->$', re.MULTILINE)
_END = "<!-- end of flux-request -->"
_END_LINE = regex(rf"^{_END}", re.MULTILINE)  # no line of a diff begins like this
_OLD = regex(r"\| Environment \| From \| To \||\*\*This is a rollback\*\*")
"""The beginning of a description from before our part had marks."""


@dataclass(frozen=True)
class PullRequestText:
    """A pull request's title and description."""

    title: str
    body: str


def room_beside(body: str) -> int:
    """Return how many characters people's part and the marks around ours take."""
    before, _, after = _split(body)
    return len(before) + len(after) + 600


def put_in(title: str, part: str, there: PullRequestText | None = None) -> PullRequestText:
    """Return the title and the description with our part. `there` is an existing pull request's text.

    If somebody has changed the title since we wrote it, it stays.
    """
    before, ours, after = _split(there.body) if there else ("", "", "")
    was = _title(ours)
    kept = there is not None and was is not None and there.title != was
    begin = f"<!-- flux-request: {json_in_comment(title)} -->"
    body = f"{before}{begin}\n{part.strip()}\n{_END}{after}"
    return PullRequestText(there.title if there and kept else title, body)


def _split(body: str) -> tuple[str, str, str]:
    """Return the text before our part, the line that begins it, and the text after it. Of several parts, the
    last one with an end is ours."""
    for begin in reversed([*_BEGIN.finditer(body)]):
        if end := _END_LINE.search(body, begin.end()):
            return body[: begin.start()], begin[0], body[end.end() :]
    if not body.strip() or _OLD.match(body):
        return "", "", ""
    return body.rstrip() + "\n\n", "", ""


def _title(begin: str) -> str | None:
    """Return the title that we wrote; None if unknown."""
    match = _BEGIN.fullmatch(begin)
    try:
        title = json.loads(match["title"]) if match else None
    except ValueError:
        return None
    return title if isinstance(title, str) else None
