"""Which nox session runs which tests. Each test belongs to exactly one session, its marker's or `tests`.

Only the standard library: noxfile.py reads this too.
"""

PYTHONS = ("3.11", "3.12", "3.13")
"""What the package supports; the action in .github/actions/setup installs the newest."""

LONG = {
    "stories": "made-up stories, faults in turn, races, large inputs, and a round of the benchmark",
    "actions": "the workflows, run by act, with signatures of a Sigstore",
    "engine": "a Docker engine of the tests' own",
    "cluster": "real Flux controllers and a Kubernetes API server",
    "browser": "the board in a real browser",
}
"""What takes longer than people wait: a session and a marker each."""

SESSIONS = ("tests", *LONG)

PURE = ("tests/artifact", "tests/promotion", "tests/release", "tests/test_reasons.py")
"""What every supported Python has to pass, beside one build."""

BUILD = "tests/integration/test_build_story.py"


def expression(session: str) -> str:
    """What `pytest -m` takes for a session."""
    return session if session in LONG else f"not ({' or '.join(LONG)})"
