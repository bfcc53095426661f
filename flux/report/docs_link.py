"""Where the docs explain an error."""

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from flux.errors import FluxError
from flux.monorepo.workflows import installed_from
from flux.report.text import place

_PAGE = "docs/troubleshooting.md"
_CHECKOUT = Path(__file__).parents[2]


def where_explained(error: FluxError) -> str:
    """Return the URL of the page on errors, or its path in a checkout. Empty if neither is known."""
    page = _site() or _page_on_github() or _page_here()
    return f"{page}#{error.anchor}" if page else ""


def _site() -> str:
    """Return the page on the documentation site in the metadata of the installed package."""
    try:
        urls = metadata("flux-artifacts").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    sites = [url.partition(",")[2].strip() for url in urls if url.startswith("Documentation,")]
    return f"{sites[0].rstrip('/')}/troubleshooting/" if sites else ""


def _page_on_github() -> str:
    """Return the page on GitHub at the commit that the package was installed from."""
    repository, at, commit = installed_from().partition("@")
    return f"https://github.com/{repository}/blob/{commit}/{_PAGE}" if at else ""


def _page_here() -> str:
    """Return the path of the page beside the package, if it runs from a checkout."""
    file = _CHECKOUT / _PAGE
    return place(file.as_uri()) if file.is_file() else ""
