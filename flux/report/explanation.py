"""Where the docs explain an error."""

from importlib.metadata import PackageNotFoundError, metadata

from flux.errors import FluxError

_PAGE = "docs/troubleshooting.md"


def where_explained(error: FluxError) -> str:
    """A link, if the installed package says where its documentation is. Else the page in its repository."""
    return f"{_site() or _PAGE}#{error.anchor}"


def _site() -> str:
    try:
        urls = metadata("flux-artifacts").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    sites = [url.partition(",")[2].strip() for url in urls if url.startswith("Documentation,")]
    return f"{sites[0].rstrip('/')}/troubleshooting/" if sites else ""
