"""The texts of pull requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flux.artifact.difference import difference
from flux.errors import RegistryError
from flux.promotion.clusters.health import Failure, Health, Running
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind, Fails
from flux.promotion.ledger import Decision, How
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.request import (
    MOST_CHARACTERS,
    Background,
    Span,
    explained,
    overrides,
    request_body,
    request_title,
)

PROMOTION = Promotion("eso", "1.1.0")
PHASES = {"at": ("at_ring1", "at_ring2"), "tt": ("tt",), "prod": ("prod_ring1", "prod_ring2")}


def changes(*environments: str, old: str | None = "1.0.0") -> list[VersionChange]:
    return [VersionChange(environment, old, "1.1.0") for environment in environments]


@pytest.mark.parametrize(
    ("environments", "listed"),
    [
        (("at_ring1",), "at_ring1"),
        (("at_ring1", "at_ring2"), "at"),
        (("at_ring1", "at_ring2", "tt", "prod_ring2"), "at, tt, prod_ring2"),
    ],
)
def test_a_phase_stands_for_its_environments(environments: tuple[str, ...], listed: str) -> None:
    assert request_title(PROMOTION, changes(*environments), PHASES, False) == f"Promote eso 1.1.0 to {listed}"
    assert (
        request_title(PROMOTION, changes(*environments), PHASES, True)
        == f"Roll back eso to 1.1.0 in {listed}"
    )


def test_a_long_title_counts() -> None:
    many = [f"ring{n}" for n in range(200)]
    phases = {"all": (*many, "rest")}
    assert request_title(PROMOTION, changes(*many), phases, False) == "Promote eso 1.1.0 to 200 environments"


def test_the_whole_of_a_body() -> None:
    spans = [
        Span("1.0.0", ["- feat: a"], "https://x/compare/a...b", difference({"a": b"1\n"}, {"a": b"2\n"})),
        Span("1.2.0", ["- fix: b"]),
        Span("0.9.0", unknown=RegistryError("0.9.0 is not in the registry")),
    ]
    background = Background(
        "registry/eso@sha256:1",
        "https://x/issues/3",
        ["`prod` comes before `tt`."],
        spans,
        {"bob": ["prod_ring1"], "alice": ["at_ring1", "tt"]},
    )
    proposed = [
        VersionChange("at_ring1", None, "1.1.0"),
        VersionChange("tt", "1.0.0", "1.1.0"),
        VersionChange("prod_ring1", "1.2.0", "1.1.0"),
        VersionChange("prod_ring2", "0.9.0", "1.1.0"),
    ]
    body = request_body(PROMOTION, proposed, background, rollback=False)
    assert (
        body
        == """\
| Environment | From | To | |
| --- | --- | --- | --- |
| `at_ring1` | none | 1.1.0 | new |
| `tt` | 1.0.0 | 1.1.0 | up |
| `prod_ring1` | 1.2.0 | 1.1.0 | ⚠️ **down** |
| `prod_ring2` | 0.9.0 | 1.1.0 | up |

Requested-by: `alice` for `at_ring1`, `tt`

Requested-by: `bob` for `prod_ring1`

> [!WARNING]
> `prod` comes before `tt`.

Image: `registry/eso@sha256:1`

Promotion issue: https://x/issues/3

### Commits since 1.0.0 ([compare](https://x/compare/a...b))

- feat: a

### Taken back from 1.2.0

- fix: b

<details><summary>What changes in the manifests since 1.0.0</summary>

```diff
diff --git a/a b/a
--- a/a
+++ b/a
@@ -1 +1 @@
-1
+2
```


</details>

The manifests are the same as those of 1.2.0.

What changes in the manifests since 0.9.0 cannot be shown: 0.9.0 is not in the registry
"""
    )
    rolled_back = request_body(PROMOTION, proposed, background, rollback=True)
    assert rolled_back == f"**This is a rollback** of `eso` to 1.1.0.\n\n{body}"


@given(
    st.dictionaries(
        st.text("ab/`", min_size=1, max_size=9), st.text("x`\n<>&", max_size=400).map(str.encode)
    ),
    st.integers(1, 40),
    st.integers(0, 3000),
)
def test_a_body_stays_under_the_limit_and_nothing_ends_its_fences(
    files: dict[str, bytes], count: int, more: int
) -> None:
    big = {f"big/{n}": b"line\n" * more for n in range(20)}
    changes = difference({}, {**files, **big})
    spans = [Span(f"1.0.{n}", [f"- {'x' * 500}"] * (more // 10), "https://x", changes) for n in range(count)]
    proposed = [VersionChange(f"ring{n}", f"1.0.{n}", "1.1.0") for n in range(count)]
    body = request_body(PROMOTION, proposed, Background("image", "", [], spans), rollback=False)
    assert len(body) <= MOST_CHARACTERS
    fences = [t for t in MarkdownIt("commonmark").parse(body) if t.type == "fence"]
    assert len(fences) == min(count, 10)
    # Each is closed, so that what follows it is markup again.
    assert body.count("</details>") >= min(count, 10)
    assert (f"and from {count - 10} more version" in body) == (count > 10)
    if more > 2000:
        assert body.count("Cut here; `inv diff eso ring") == min(count, 10)


def test_what_cannot_be_shown_says_why() -> None:
    gone = Background("image", "", [], [Span("1.0.0", unknown=RegistryError("1.0.0 is not in the registry"))])
    assert "since 1.0.0 cannot be shown: 1.0.0 is not in the registry" in request_body(
        PROMOTION, changes("tt"), gone, rollback=False
    )
    same = Background("image", "", [], [Span("1.0.0")])
    assert "the same as those of 1.0.0" in request_body(PROMOTION, changes("tt"), same, rollback=False)


def test_what_waits_and_what_was_overridden() -> None:
    assert explained({"tt": GateVerdict((Behind("at1", "1.1.0"),))}) == [
        "`tt` has to wait: at1 does not have 1.1.0 yet."
    ]
    behind = GateVerdict((Behind("at1", "1.1.0"),))
    assert explained({"prod1": behind, "prod2": behind}) == [
        "`prod1`, `prod2` have to wait: at1 does not have 1.1.0 yet."
    ]
    cause = Failure(("eso", "eu"), "x\n\n<!-- y --> @all fixes #1 [x] |")
    said = GateVerdict((Fails("a", "1.1.0", Health(Running.FAILING, 1, cause)),))
    assert explained({"tt": said}) == [
        "`tt` has to wait: a fails with 1.1.0: eso in eu: "
        "x\\<!-- y --\\> \\@\u2060all fixes \\#\u20601 \\[x\\] \\|."
    ]
    decision = Decision("alice", How.OVERRIDE, ("tt", "prod"), 5, None, "it burns")
    assert overrides([decision, Decision("bob", How.TICK, ("prod",), 6)]) == [
        "`alice` overrode the rules for `tt`: it burns"
    ]
