"""Which events start a workflow: GitHub's own examples, and what is easily taken for something else."""

from typing import Any

import pytest
import yaml

from tests.actions.triggers import events_of, matches, starts

# The cheat sheet of GitHub's documentation, "Patterns to match branches and tags" and "file paths".
EXAMPLES = [
    ("feature/*", "feature/my-branch feature/your-branch", "feature/beta-a/my-branch feature"),
    ("feature/**", "feature/beta-a/my-branch feature/mona/the/octocat", "other/feature/x"),
    ("main", "main", "main2 a/main"),
    ("*", "main releases", "all/the/branches"),
    ("**", "all/the/branches every/tag main", ""),
    ("*feature", "mona-feature feature ver-10-feature", "feature-1 a/feature"),
    ("v2*", "v2 v2.0 v2.9", "v1 v3/2"),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1 v2.0.0 v2.1.3", "v3.0.0 v1.0 v1x0.0"),
    ("*.jsx?", "page.js page.jsx", "page.jsxx js/page.js"),
    ("**.js", "index.js js/index.js src/js/app.js", "index.jsx"),
    ("docs/*", "docs/README.md docs/file.txt", "docs/a/b"),
    ("docs/**", "docs/README.md docs/mona/octocat.txt", "docs a/docs/b"),
    ("docs/**/*.md", "docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md", "docs/a.txt"),
    ("**/docs/**", "docs/hello.md dir/docs/my-file.txt space/docs/plan/space.doc", "mydocs/a"),
    ("**/README.md", "README.md js/README.md", "README.md.txt"),
    ("**/*src/**", "a/src/app.js my-src/code/js/app.js", "src2/a"),
    ("**/*-post.md", "my-post.md path/their-post.md", "post.md"),
    ("**/migrate-*.sql", "migrate-10909.sql db/migrate-v1.0.sql", "migrate.sql"),
    (r"a\+b", "a+b", "aab"),
    (r"\*", "*", "x"),
]


@pytest.mark.parametrize(("pattern", "hits", "misses"), EXAMPLES)
def test_patterns(pattern: str, hits: str, misses: str) -> None:
    assert [value for value in hits.split() if not matches(pattern, value)] == []
    assert [value for value in misses.split() if matches(pattern, value)] == []


def test_the_last_pattern_that_matches_decides() -> None:
    patterns = ["*.md", "!README.md", "README*"]
    assert matches(patterns, "hello.md")
    assert matches(patterns, "README.md")
    assert not matches(patterns[:2], "README.md")
    assert not matches(["!README.md"], "hello.md")


def push(ref: str = "refs/heads/main") -> tuple[str, dict[str, Any]]:
    return "push", {"ref": ref}


def pull_request(action: str = "opened", base: str = "main") -> tuple[str, dict[str, Any]]:
    return "pull_request", {"action": action, "pull_request": {"base": {"ref": base}}}


@pytest.mark.parametrize(
    ("on", "event", "paths", "due"),
    [
        ("push", push(), [], True),
        ("[push, pull_request]", push("refs/tags/v1"), [], True),
        ("issues", push(), [], False),
        ("{push: {branches: [main]}}", push(), [], True),
        ("{push: {branches: [main]}}", push("refs/heads/main/x"), [], False),
        ("{push: {branches: [main]}}", push("refs/tags/main"), [], False),
        ("{push: {tags: [v*]}}", push("refs/heads/v1"), [], False),
        ("{push: {tags: [v*]}}", push("refs/tags/v1"), [], True),
        ("{push: {branches-ignore: [main]}}", push(), [], False),
        ("{push: {branches-ignore: [main]}}", push("refs/heads/topic"), [], True),
        ("{push: {branches: [main], paths: [a/**]}}", push(), ["a/x"], True),
        ("{push: {branches: [main], paths: [a/**]}}", push(), ["b/x"], False),
        ("{push: {branches: [main], paths: [a/**]}}", push(), [], False),
        ("{push: {branches: [main], paths: [a/**]}}", push("refs/heads/topic"), ["a/x"], False),
        ("{push: {paths: [a/**]}}", push("refs/tags/v1"), ["b/x"], True),
        ("{push: {paths-ignore: [docs/**]}}", push(), ["docs/x"], False),
        ("{push: {paths-ignore: [docs/**]}}", push(), ["docs/x", "y"], True),
        ("{push: {paths: [z]}}", push(), [*("x" * 300), "z"], False),
        ("pull_request", pull_request(), [], True),
        ("pull_request", pull_request("closed"), [], False),
        ("{pull_request: {types: closed}}", pull_request("closed"), [], True),
        ("{pull_request: {branches: [main]}}", pull_request(base="next"), [], False),
        ("{pull_request: {paths: [a/**]}}", pull_request(), ["a/x"], True),
        ("{release: {types: [published]}}", ("release", {"action": "published"}), [], True),
        ("{release: {types: [published]}}", ("release", {"action": "created"}), [], False),
        ("{issues: {types: [edited]}}", ("issues", {"action": "edited"}), [], True),
        ("{issues: {types: [edited]}}", ("issues", {"action": "opened"}), [], False),
        ("{schedule: [{cron: 1 * * * *}]}", ("schedule", {"schedule": "1 * * * *"}), [], True),
        ("{schedule: [{cron: 1 * * * *}]}", ("schedule", {"schedule": "2 * * * *"}), [], False),
        ("workflow_call", push(), [], False),
    ],
)
def test_events(on: str, event: tuple[str, dict[str, Any]], paths: list[str], due: bool) -> None:
    assert starts(yaml.safe_load(f"on: {on}"), *event, lambda: paths) is due


def test_a_filter_that_is_not_known_is_no_filter_that_is_passed() -> None:
    with pytest.raises(NotImplementedError, match="colours of push"):
        starts({"on": {"push": {"colours": ["red"]}}}, *push(), list)


def test_the_key_that_yaml_reads_as_true() -> None:
    assert events_of({True: ["push"]}) == events_of({"on": "push"}) == {"push": {}}


def test_a_status_of_any_name_starts_what_asks_for_statuses() -> None:
    """The job looks at the name itself: there is no filter for it."""
    status = {"context": "flux/x", "state": "success"}
    assert starts({True: {"status": None}}, "status", status, list)
    assert starts({True: ["status"]}, "status", status, list)
    assert not starts({True: {"push": None}}, "status", status, list)
