"""The builder of repositories makes what its callers rely on."""

import os
from pathlib import Path

from tests.repo import Repo


def story(path: Path) -> Repo:
    repo = Repo(path)
    repo.write("run.sh", "#!/bin/sh\n", executable=True)
    repo.symlink("link", "run.sh")
    repo.commit("first", files={"a/b.txt": "b\n", "blob": b"\xff\0"})
    repo.branch("side")
    repo.move("a/b.txt", "c/d.txt")
    repo.remove("blob")
    repo.commit()
    repo.checkout("side")
    repo.commit(files={"side.txt": ""})
    repo.checkout("main")
    repo.merge("side")
    repo.tag("v1", message="one")
    return repo


def test_the_same_calls_make_the_same_commits(tmp_path: Path) -> None:
    one, other = story(tmp_path / "one"), story(tmp_path / "other")
    assert one.git("show-ref") == other.git("show-ref")


def test_what_is_committed(tmp_path: Path) -> None:
    repo = story(tmp_path)
    tree = repo.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD").splitlines()
    assert tree == ["100644 c/d.txt", "120000 link", "100755 run.sh", "100644 side.txt"]
    assert repo.git("log", "--format=%an <%ae> %P", "-1").count(" ") == 3
    dates = repo.git("log", "--format=%cI", "--reverse", "--date-order").splitlines()
    assert dates == [f"2026-01-01T00:0{minute}:00+00:00" for minute in range(4)]
    given = repo.commit(date="2020-02-02T02:02:02+02:00")
    assert repo.git("show", "--no-patch", "--format=%H %aI") == f"{given} 2020-02-02T02:02:02+02:00"


def test_names_of_any_bytes(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    name = os.fsdecode(b"caf\xe9 \xc3\xa9\n.txt")
    repo.commit(files={name: "x"})
    assert repo.git("ls-files", "-z") == f"{name}\0"


def test_an_origin_and_its_clones(tmp_path: Path) -> None:
    repo = story(tmp_path / "repo")
    origin = repo.bare_origin()
    assert origin.head == repo.git("rev-parse", "origin/main") == repo.head
    shallow = origin.clone(tmp_path / "shallow", "--depth=1")
    assert shallow.git("rev-list", "--count", "HEAD") == "1"
    pushed = shallow.commit(files={"new": "new"})
    shallow.push()
    assert origin.head == pushed
    assert repo.commit() != pushed
