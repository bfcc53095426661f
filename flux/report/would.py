"""For a dry run, changes `pushed` to `would push`, and so on. Pure."""

from flux.regex import regex

_VERBS = {
    "closed": "close",
    "kept": "keep",
    "made": "make",
    "move": "move",
    "moved": "move",
    "opened": "open",
    "published": "publish",
    "pushed": "push",
    "restored": "restore",
    "reopened": "reopen",
    "signed": "sign",
    "tagged": "tag",
    "undone": "undo",
    "unticked": "untick",
    "updated": "update",
}
_UNNUMBERED = regex(r"\b(issue|pull request) 0\b")
"""An issue or pull request that does not exist yet has no number."""


def conditional(done: str) -> str:
    """Change `app: pushed 1.0.0` to `app: would push 1.0.0`."""
    about, colon, what = done.rpartition(": ")
    verb, _, rest = what.partition(" ")
    said = f"would {_VERBS[verb]} {rest}".rstrip() if verb in _VERBS else f"would be done: {what}"
    return _UNNUMBERED.sub(r"a new \1", f"{about}{colon}{said}")
