"""What the site does with a page before it is drawn: links to files beside docs/ lead to the repository."""

import re
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

_LINK = re.compile(r"\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """The page for the site."""
    return with_links_outside(markdown, page.file.src_uri, config["repo_url"])


def with_links_outside(markdown: str, page: str, url: str) -> str:
    """`page` is the path of the page below docs/."""

    def absolute(link: re.Match[str]) -> str:
        path = normpath(PurePosixPath("docs", page).parent / link[1])
        return (
            link[0] if path.startswith("docs/") else f"]({url.rstrip('/')}/blob/main/{path}{link[2] or ''})"
        )

    return _LINK.sub(absolute, markdown)
