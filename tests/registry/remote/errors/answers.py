"""Whatever a registry may answer, for Hypothesis to choose from."""

import gzip
import json
from typing import Any

from hypothesis import strategies as st

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from tests.registry.images import image
from tests.servers import Answer

_URLS = st.sampled_from(
    [
        "",
        "/",
        "http://[",
        "http://[::1",
        "http://a..b/",
        f"http://{'a' * 70}/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "//",
        "///",
        "//[",
        "http:///x",
        "http://user:password@127.0.0.1:1/x",
        "mailto:x@y",
        "?",
        "#",
        "/v2/x/app/blobs/uploads/1?a=b#c",
        "/v2/x/app/tags/list",
        "\xe9\xff",
        "http://\xe9\xff/",
        "/\x01\x7f",
        "HOST/v2/",
        "HOST",
        "<long>",
    ]
)

_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=20)

# What is too long to be shown.
LONG = {
    b"<arrays>": b"[" * 100_000,
    b"<objects>": b'{"a":' * 100_000,
    b"<errors>": b'{"errors":' + b"[" * 100_000,
    b"<number>": b'{"token": "x", "expires_in": 1' + b"0" * 400 + b"}",
    b"<digits>": b"9" * 5000,
    b"<long>": b"x" * 5000,
    b"<line>": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"<lines>": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n",
    b"<zeros>": gzip.compress(bytes(3_000_000)),
    b"<manifest>": image().manifest,
    b"<config>": image().config,
    b"<layer>": image().layer.content,
}

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("errors", "code", "message", "tags", "name", "token", "access_token", "expires_in"),
                    *("config", "layers", "mediaType", "digest", "size", "data", "annotations", "rootfs"),
                    *("schemaVersion", "diff_ids", "manifests", "platform"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def changed_manifest(change: tuple[str, Any]) -> bytes:
    """Our own manifest with one thing in it that is another."""
    document = json.loads(image().manifest)
    *path, last = change[0].split(".")
    inner = document
    for key in path:
        inner = inner[int(key)] if isinstance(inner, list) else inner[key]
    inner[last] = change[1]
    return json.dumps(document).encode()


_BODIES = st.one_of(
    st.sampled_from(
        [
            b"",
            b"<html></html>",
            b"null",
            b"[]",
            b"{}",
            b'{"errors": []}',
            b'{"errors": [{"code": "MANIFEST_BLOB_UNKNOWN"}]}',
            b'{"errors": [{"code": "\\ud800"}]}',
            b'{"errors": [{"code": {}, "message": [1]}]}',
            b'{"token": "x", "expires_in": <digits>}',
            b'{"token": "x", "expires_in": NaN}',
            b'{"token": "x\\ny"}',
            b'{"token": "\\u00e9"}',
            b"\xff\xfe",
            *LONG,
        ]
    ),
    _JSON.map(lambda document: json.dumps(document).encode()),
    st.tuples(
        st.sampled_from(
            [
                *("config", "config.data", "config.digest", "config.mediaType", "layers", "layers.0.digest"),
                *("layers.0.mediaType", "layers.0", "annotations", "schemaVersion"),
            ]
        ),
        st.sampled_from(["", "x", "\xe9", "=", None, 1, [], {}, "sha256:", "../../x", "e30=", "W10="])
        | _JSON,
    )
    .filter(lambda change: change[0] != "layers.0")
    .map(changed_manifest),
    st.binary(max_size=40),
)

_HEADERS = st.lists(
    st.one_of(
        st.tuples(st.just("Location"), _URLS | _TEXT),
        st.tuples(st.just("Link"), _URLS.map(lambda url: f'<{url}>; rel="next"') | _TEXT),
        st.tuples(
            st.just("WWW-Authenticate"),
            st.one_of(
                _TEXT,
                st.sampled_from(
                    [
                        "",
                        "Basic",
                        'Basic realm="x"',
                        "Bearer",
                        "Bearer realm=",
                        'Bearer realm="',
                        'Bearer realm="\\',
                        "Bearer =,=,,",
                        "Negotiate",
                        'Bearer realm="HOST/token",service="\xe9",scope="x"',
                        'Bearer realm="HOST/token"\r\n ,service="folded"',
                    ]
                ),
                _URLS.map(lambda url: f'Bearer realm="{url}"'),
            ),
        ),
        st.tuples(
            st.just("Retry-After"),
            st.sampled_from(
                [
                    "0",
                    "-1",
                    "0.5",
                    "1e400",
                    "",
                    " ",
                    "soon",
                    "Mon, 01 Jan 2001 00:00:00 GMT",
                    "Fri, 01 Jan 99999 00:00:00 GMT",
                    "Mon, 99 Foo 2001 99:99:99 GMT",
                    "Mon, 01 Jan 2001 00:00:00 +999999999999",
                    "<digits>",
                    "\xb2",
                ]
            ),
        ),
        st.tuples(
            st.just("Docker-Content-Digest"),
            _TEXT | st.sampled_from(["sha256:", digest_of(b""), digest_of(image().manifest), "\xe9"]),
        ),
        st.tuples(
            st.just("Content-Type"),
            _TEXT
            | st.sampled_from([MANIFEST_TYPE, "text/html", "application/json", "", ";", "a\r\n b", "\xe9"]),
        ),
        st.tuples(
            st.just("Content-Encoding"),
            st.sampled_from(["gzip", "deflate", "br", "zstd", "identity", "gzip, gzip, gzip", "x"]),
        ),
        st.tuples(st.just("Transfer-Encoding"), st.sampled_from(["chunked", "gzip", "x"])),
        st.tuples(st.just("Content-Length"), st.sampled_from(["-1", "x", "0", ""])),
        st.tuples(st.sampled_from(["Set-Cookie", "Connection", "X"]), _TEXT),
    ),
    max_size=4,
)

_STATUSES = st.one_of(
    st.sampled_from(
        [*(200, 201, 202, 204, 206), *(301, 302, 303, 307, 308, 304), *(400, 401, 403, 404, 409, 416, 429)]
    ),
    st.sampled_from([500, 502, 503, 504, 100, 101, 199, 299, 599, 600, 999]),
)

ANSWERS = st.one_of(
    st.builds(Answer, _STATUSES, _BODIES, _HEADERS),
    st.sampled_from(
        [
            b"",
            b"\r\n\r\n",
            b"garbage\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 99999 X\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            b"<line>",
            b"<lines>",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n folded: first\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
        ]
    ),
    st.binary(max_size=60),
)
