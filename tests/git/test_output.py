"""What git prints is read as values, whatever bytes are in it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.revision import Revision
from flux.git import output


def test_refs_and_tags() -> None:
    listed = "1\trefs/tags/v1\n2\trefs/tags/v1^{}\n3\trefs/tags/\N{LINE SEPARATOR}x\n"
    refs = output.refs(listed, "\t")
    assert refs == {"refs/tags/v1": "1", "refs/tags/v1^{}": "2", "refs/tags/\N{LINE SEPARATOR}x": "3"}
    assert output.tags(refs) == {"v1": "2", "\N{LINE SEPARATOR}x": "3"}


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [
        ("0", 0),
        ("1700000000", 1700000000),
        ("", 0),
        ("-1", 0),
        ("1.5", 0),
        (" 1", 0),
        ("\N{ARABIC-INDIC DIGIT ONE}", 0),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, 10**18),
        ("9" * 10_000, 10**18),
    ],
)
def test_seconds(printed: str, seconds: int) -> None:
    assert output.seconds(printed) == seconds


@given(st.binary())
def test_what_is_readable_can_be_shown(written: bytes) -> None:
    text = output.readable(written.decode("utf-8", "surrogateescape"))
    assert text == text.encode("utf-8").decode("utf-8") == written.decode("utf-8", "replace")


@given(st.binary(max_size=300))
def test_a_log_is_read_in_pieces_of_any_size(cut: bytes) -> None:
    commit, parent = "1" * 40, "2" * 40
    raw = f":100644 100644 {commit} {parent} M".encode()
    printed = b"\0".join(
        (f"{commit} 5 {parent}".encode(), b"\n" + raw, b"a\xff", raw, b"\nb", f"{parent}  ".encode(), b"")
    )

    class Slow(io.BytesIO):
        sizes = iter(cut)

        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(next(self.sizes, 7) % 50 + 1)

    changed = [(raw.decode(), "a\udcff"), (raw.decode(), "\nb")]
    assert list(output.parse_log(Slow(printed))) == [
        (Revision(commit, 5), parent, changed),
        (Revision(parent, 0), None, []),
    ]


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("fatal: no\nhint: more\n", "no"),
        ("warning: x\nerror: y\nfatal: z", "y"),
        ("", ""),
        ("ssh: host unknown\nfatal: Could not read from remote repository.\n\nPlease", "ssh: host unknown"),
        ("fatal: Could not read from remote repository.", "Could not read from remote repository."),
        (
            "*** Please tell me who you are.\n\nfatal: unable to auto-detect email",
            "git does not know who you are",
        ),
        ("fatal: empty ident name (for <x@y>) not allowed", "git does not know who you are"),
        (
            "remote: error: GH013: Repository rule violations found for refs/tags/a.\nremote: \n"
            "remote: - Cannot create ref due to creations being restricted.\nTo https://u:p@h/x\n"
            " ! [remote rejected] a -> a (push declined due to repository rule violations)\n"
            "error: failed to push some refs to 'https://h/x'",
            "a was not pushed: push declined due to repository rule violations; GH013: Repository rule "
            "violations found for refs/tags/a.; - Cannot create ref due to creations being restricted.",
        ),
        (
            "To h\n ! [rejected]        a -> a (stale info)\nerror: failed to push some refs to 'h'",
            "a was not pushed: somebody has made or moved it meanwhile (stale info)",
        ),
        (
            "remote: error: cannot lock ref 'refs/tags/a': reference already exists\nTo h\n"
            " ! [remote rejected] a -> a (failed to update ref)\nerror: failed to push some refs to 'h'",
            "a was not pushed: somebody has made or moved it meanwhile (failed to update ref)",
        ),
        (
            "To h\n ! [rejected]        a -> a (already exists)\nerror: failed to push some refs to 'h'",
            "a was not pushed: somebody has made or moved it meanwhile (already exists)",
        ),
        (
            "remote: Counting objects: 100% (3/3), done.\nremote: Permission to o/m.git denied to bot.\n"
            "fatal: unable to access 'https://h/o/m.git/': The requested URL returned error: 403",
            "Permission to o/m.git denied to bot.; unable to access 'https://h/o/m.git/': "
            "The requested URL returned error: 403",
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://u:p@h/o/m.git/' not found",
            "Repository not found.; repository 'https://h/o/m.git/' not found",
        ),
        (
            " ! [rejected]  a -> b (unable to update local ref)\nerror: cannot lock ref refs/b",
            "cannot lock ref refs/b",
        ),
        ("fatal: https://u:p@h/x: no", "https://h/x: no"),
        ("fatal: 'https://u:p/q@h/x' no", "'https://h/x' no"),
    ],
)
def test_what_went_wrong_in_one_line(stderr: str, said: str) -> None:
    error = output.error(stderr, 128)
    assert (error.message, error.status) == (said, 128)


@pytest.mark.parametrize(
    ("stderr", "hint"),
    [
        (
            "error: unable to create temporary file: Read-only file system",
            "check the disk that has the clone",
        ),
        ("fatal: cannot create directory at 'x': Permission denied", "check the disk"),
        ("git@h: Permission denied (publickey).", ""),
    ],
)
def test_a_disk_that_cannot_be_written(stderr: str, hint: str) -> None:
    said = output.error(stderr).hint
    assert (bool(said), hint in said) == (bool(hint), True)


def test_how_a_clone_comes_to_be_trusted() -> None:
    hint = output.trusting("detected dubious ownership in repository at '/a b/c'")
    assert hint == "if you trust it: `git config --global --add safe.directory '/a b/c'`"
    assert output.trusting("something else") == ""


@pytest.mark.parametrize(
    ("file", "removes"),
    [("/c/.git/refs/heads/x.lock", "/c/.git/refs/heads/x.lock"), ("/a b.lock", "'/a b.lock'")],
)
def test_a_lock_that_a_killed_git_left_is_named_with_what_to_do(file: str, removes: str) -> None:
    said = (
        f"error: update_ref failed for ref 'x': cannot lock ref 'x': Unable to create '{file}': File exists."
    )
    assert output.error(said).hint == f"if no git runs there, a killed one left it: `rm {removes}`"
