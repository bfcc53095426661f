"""The title of a release, and its notes: grouped, linked, and nobody else's markup."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from semver import Version

from flux.promotion.texts.release import commit_line, release_notes, release_title
from flux.release.commits import LoggedCommit

SOURCE = "https://github.com/octo/monorepo"
TAGS = ("eso-v1.0.0", "eso-v1.1.0")
_GITHUB_TAKES = 125_000


def commit(subject: str, number: int = 1) -> LoggedCommit:
    return LoggedCommit(f"{number:040x}", subject)


def notes(*subjects: str, source: str = "", tags: tuple[str | None, str] = (None, "eso-v1.0.0")) -> str:
    return release_notes([commit(s, n) for n, s in enumerate(subjects, 1)], source, {}, {}, tags)


def test_the_title_names_the_artifact_and_the_version() -> None:
    assert release_title("eso", Version.parse("1.1.0-rc.1")) == "eso 1.1.0-rc.1"


def test_the_whole_of_it() -> None:
    logged = [
        commit("feat(chart): take 0.11", 6),
        commit("Tidy up", 5),
        commit("fix!: drop the old secret store", 4),
        commit("feat: second", 3),
        commit("docs: say how", 2),
        commit("chore: what nobody asks for", 1),
    ]
    before = {"chart eso": {"0.10.0"}, "image busybox": {"1.36"}, "image same": {"1"}}
    after = {"chart eso": {"0.11.0", "0.12.0"}, "image new": {"2"}, "image same": {"1"}}
    link = "[`000000000000`](https://github.com/octo/monorepo/commit/{:040x})".format
    assert release_notes(logged, SOURCE, before, after, TAGS) == "\n".join(
        [
            "### Versions",
            "",
            "- chart eso: `0.10.0` → `0.11.0`, `0.12.0`",
            "- image busybox: `1.36` → none",
            "- image new: none → `2`",
            "",
            "### Breaking changes",
            "",
            f"- drop the old secret store ({link(4)})",
            "",
            "### Features",
            "",
            f"- **chart:** take 0.11 ({link(6)})",
            f"- second ({link(3)})",
            "",
            "### Documentation",
            "",
            f"- say how ({link(2)})",
            "",
            "### Changes",
            "",
            f"- Tidy up ({link(5)})",
            f"- what nobody asks for ({link(1)})",
            "",
            f"[All changes of the repository]({SOURCE}/compare/eso-v1.0.0...eso-v1.1.0)",
        ]
    )


@pytest.mark.parametrize(
    ("subject", "title", "line"),
    [
        ("feat: a", "Features", "a"),
        ("FEAT: a", "Features", "a"),
        ("fix(b): a", "Fixes", "**b:** a"),
        ("perf: a", "Performance", "a"),
        ("revert: a", "Reverts", "a"),
        ("docs: a", "Documentation", "a"),
        ("refactor: a", "Changes", "a"),
        ("build(deps): a", "Changes", "**deps:** a"),
        ("fix!: a", "Breaking changes", "a"),
        ("fix(b)!: a", "Breaking changes", "**b:** a"),
        ("chore!: a", "Breaking changes", "a"),
        ("fix(): a", "Fixes", "a"),
        ("feat: a: b", "Features", "a: b"),
        # Not conventional: shown whole.
        ("feat:a", "Changes", "feat:a"),
        ("feat : a", "Changes", "feat : a"),
        ("feat: ", "Changes", "feat: "),
        ("feat", "Changes", "feat"),
        ("Feature: the one", "Changes", "the one"),
        ("a feat: b", "Changes", "a feat: b"),
        ("", "Changes", ""),
    ],
)
def test_groups(subject: str, title: str, line: str) -> None:
    assert notes(subject) == f"### {title}\n\n- {line} (`000000000000`)"


def test_footers_and_who_else_wrote_it() -> None:
    body = "Text.\n\nBREAKING-CHANGE: the <b>store</b> is gone\nCo-authored-by: Eve @evil <e@x>\n"
    logged = LoggedCommit("a" * 40, "feat(x): a", body)
    text = release_notes([logged, commit('Revert "feat: b"')], "", {}, {}, (None, "t"))
    breaking, features, reverts = (part.split("\n\n")[-1] for part in text.split("\n\n### "))
    ending = "(`aaaaaaaaaaaa`, with Eve"
    assert "### Breaking changes" in text
    assert breaking.startswith("- **x:** a: the \\<b\\>store\\</b\\> is gone " + ending)
    assert features.startswith("- **x:** a " + ending)
    assert reverts.startswith('- Revert "feat: b" ')
    assert "@evil" not in text
    assert commit_line(logged, "").startswith("- **breaking:** **x:** a: the ")


def test_a_merge_that_says_nothing_else() -> None:
    assert notes("Merge pull request #12 from octo/topic").startswith("### Changes\n\n- Merge pull request ")


def test_no_commit_at_all() -> None:
    assert notes() == "No changes."
    assert notes(source=SOURCE, tags=TAGS).startswith("[All changes of the repository](")
    assert "compare" not in notes("a", source=SOURCE)
    assert "compare" not in notes("a", tags=TAGS)


_HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- hidden",
    "![](https://evil.example/pixel.png)",
    "[click](https://evil.example)",
    "[click][1]",
    "**bold** __bold__ *i* _i_",
    "~~gone~~",
    "`code` ``code``",
    "\\",
    "\\`\\*",
    "a | b",
    "> quoted",
    "# A title",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "1) item",
    "---",
    "===",
    "- [x] done",
    "&lt;b&gt; &#60; &copy;",
    "feat(**x**): <b>",
    "feat(](https://evil.example)): x",
    "```",
    "~~~",
    "<https://evil.example>",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    "\x1b[31mred",
    "tab\there",
]
_TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.text("#*_`[]()<>!|~&;-+.1 \\ax:", max_size=12)


def inline_of(markdown: str) -> str:
    """The text of the only item of a list, which has no markup but ours."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(markdown)
    assert [token.type for token in tokens] == [
        *("heading_open", "inline", "heading_close", "bullet_list_open", "list_item_open"),
        *("paragraph_open", "inline", "paragraph_close", "list_item_close", "bullet_list_close"),
    ], markdown
    children = tokens[6].children or []
    strong = [child.type for child in children].count("strong_open")
    kinds = {"text", "text_special", "strong_open", "strong_close"}
    assert {child.type for child in children[:-2]} <= kinds, markdown
    assert [child.type for child in children[-2:]] == ["code_inline", "text"]
    assert strong <= 1
    return "".join(child.content for child in children)


@given(_TEXT)
@example("a")
def test_a_subject_stays_text(subject: str) -> None:
    # As `git log --format=%s` has subjects: one line, without blanks around it.
    subject = " ".join(subject.split())
    # Word joiners, which nobody sees, keep references apart: tests/release/test_markdown.py.
    said = inline_of(notes(f"x {subject}".strip())).replace("\u2060", "")
    expected = "x " + "".join(c for c in subject if c.isprintable())
    assert " ".join(said.split()) == " ".join((expected + " (000000000000)").split())


@pytest.mark.parametrize("subject", _HOSTILE)
def test_hostile_subjects(subject: str) -> None:
    for whole in (subject, f"x {subject}", f"fix: {subject}", f"fix(s): {subject}"):
        said = inline_of(notes(whole))
        assert said.endswith("(000000000000)")
        words = re.findall(r"[a-z]{3,}", subject.partition("): ")[2] or subject)
        assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("version", ["`1`", "1\n# x", "<b>", "a`b", "1`](https://evil.example)"])
def test_hostile_versions(version: str) -> None:
    text = release_notes([], "", {"chart eso": {version}}, {"chart eso": {"2"}}, (None, "t"))
    (line,) = text.split("\n")[2:]
    tokens = MarkdownIt("commonmark").parse(line)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}, line


@pytest.mark.parametrize(
    "name", ["chart <b>x</b>", "image [a](https://evil.example)", "chart a\n# b", "chart @octo"]
)
def test_hostile_names(name: str) -> None:
    text = release_notes([], "", {name: {"1"}}, {name: {"2"}}, (None, "t"))
    (line,) = text.split("\n")[2:]
    tokens = MarkdownIt("commonmark").parse(line)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}, line
    assert "@octo" not in line


def test_nobody_is_mentioned_and_nothing_referred_to() -> None:
    text = notes("thanks @octocat and @octo/team", "fixes #12, octo/other#3 and GH-4")
    assert "@octo" not in text
    assert not re.search(r"(?<!\\)#\d", text)


@pytest.mark.parametrize("length", [1, 80, 200, 200_000])
def test_a_length_that_github_takes(length: int) -> None:
    subjects = ["fix: " + "<" * length] * (300_000 // length if length > 1 else 20_000)
    text = notes(*subjects, source=SOURCE, tags=TAGS)
    assert len(text) <= _GITHUB_TAKES
    assert text.endswith("\n- …")
    # Cut between two lines, so that no link or code stays open.
    assert all(line.endswith(")") for line in text.split("\n")[2:-1] if line)


def test_without_an_address_there_are_no_links() -> None:
    text = release_notes([commit("fix: a")], "", {}, {}, TAGS)
    assert "](" not in text
