"""The title of a release, and its notes: the changes in one artifact since its last release."""

from collections.abc import Mapping, Sequence

from flux.release.commits import LoggedCommit, Said, read_commit
from flux.release.markdown import plain
from flux.release.upgrades import upgrades

_TITLES = {
    "feat": "Features",
    "fix": "Fixes",
    "perf": "Performance",
    "revert": "Reverts",
    "docs": "Documentation",
    "refactor": "Changes",
}
_BREAKING, _OTHER = "Breaking changes", "Changes"
_MOST_CHARACTERS = 100_000  # GitHub takes 125,000


def release_title(artifact: str, version: object) -> str:
    return f"{artifact} {version}"


def release_notes(
    commits: Sequence[LoggedCommit],
    source: str,
    before: Mapping[str, set[str]],
    after: Mapping[str, set[str]],
    tags: tuple[str | None, str],
) -> str:
    """Return Markdown, grouped by conventional-commit type (conventionalcommits.org), newest commit first.

    `source` is the repository's URL or empty. `before` and `after` are the versions that the artifact names.
    `tags` are the last release's tag, if there is one, and the new tag.
    """
    groups: dict[str, list[str]] = {}
    for logged in commits:
        for title, line in _titled(logged, source):
            groups.setdefault(title, []).append(line)
    order = [_BREAKING, *dict.fromkeys(_TITLES.values()), _OTHER]
    parts = [
        f"### {title}\n\n" + "\n".join(groups[title]) for title in dict.fromkeys(order) if title in groups
    ]
    if changes := upgrades(before, after):
        parts.insert(0, "### Versions\n\n" + "\n".join(changes))
    last, tag = tags
    if source and last:
        parts.append(f"[All changes of the repository]({source}/compare/{last}...{tag})")
    text = "\n\n".join(parts) or "No changes."
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS].rpartition("\n")[0] + "\n- …"


def commit_line(logged: LoggedCommit, source: str) -> str:
    """Return a commit as a line of a Markdown list, as in the notes of a release."""
    title, line = _titled(logged, source)[0]
    return line.replace("- ", "- **breaking:** ", 1) if title == _BREAKING else line


def _titled(logged: LoggedCommit, source: str) -> list[tuple[str, str]]:
    """Return the headings for a commit, each with a line. There is one for each breaking change."""
    said = read_commit(logged)
    scope = f"**{plain(said.scope)}:** " if said.scope else ""
    about, ending = f"- {scope}{plain(said.subject)}", _ending(logged, said, source)
    title = _TITLES.get(said.type, _OTHER)
    if not said.is_breaking:
        return [(title, f"{about} {ending}")]
    if not said.breaks:
        return [(_BREAKING, f"{about} {ending}")]
    broken = [(_BREAKING, f"{about}: {plain(text)} {ending}") for text in said.breaks]
    return [*broken, (title, f"{about} {ending}")]


def _ending(logged: LoggedCommit, said: Said, source: str) -> str:
    short = logged.commit[:12]
    link = f"[`{short}`]({source}/commit/{logged.commit})" if source else f"`{short}`"
    return f"({link}{''.join(f', with {plain(name)}' for name in said.authors)})"
