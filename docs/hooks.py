"""Hooks for the build of the site: links to files outside docs/ lead to the repository, and the JSON Schemas
are published under schemas/."""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

_LINK = re.compile(r"\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


SCHEMAS = Path(__file__).parent.parent / "flux" / "schemas"


def on_files(files: Any, *, config: Any, **_: Any) -> Any:
    """Return the files of the site, with the schemas."""
    from mkdocs.structure.files import File

    for path in sorted(SCHEMAS.glob("*.json")):
        files.append(File.generated(config, f"schemas/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Return the Markdown of a page for the site."""
    return with_links_outside(markdown, page.file.src_uri, config["repo_url"])


def with_links_outside(markdown: str, page: str, url: str) -> str:
    """Return the Markdown with changed links. `page` is the path of the page below docs/."""

    def absolute(link: re.Match[str]) -> str:
        path = normpath(PurePosixPath("docs", page).parent / link[1])
        return (
            link[0] if path.startswith("docs/") else f"]({url.rstrip('/')}/blob/main/{path}{link[2] or ''})"
        )

    return _LINK.sub(absolute, markdown)
