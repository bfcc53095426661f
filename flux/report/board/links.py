"""Where the pages of the board may link to."""

from urllib.parse import quote, urlsplit

_IMAGE_PAGES = {
    "ghcr.io": "https://ghcr.io/{}",  # redirects to the page of the package on github.com
    "quay.io": "https://quay.io/repository/{}",
    "docker.io": "https://hub.docker.com/r/{}",
}


def allowed_url(url: object) -> str:
    """Return a URL if a page may link to it: a web page or a local file. Otherwise return an empty text."""
    text = str(url or "")
    return text if scheme(text) in ("http", "https", "file") else ""


def scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:  # for `http://[`
        return ""


def image_page(image: str) -> str:
    """Return the page with the tags of an image, or an empty text if the registry has no known page."""
    host, _, path = image.partition("/")
    return _IMAGE_PAGES[host].format(quote(path)) if path and host in _IMAGE_PAGES else ""
