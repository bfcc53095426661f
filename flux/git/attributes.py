"""What a checkout would make of a blob: the attributes that a commit gives to its files."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from flux.artifact.content import ATTRIBUTES
from flux.git.objects import Objects
from flux.git.process import Process
from flux.git.trees import MOST_PATHS, Trees


class Attributes:
    """The attributes in `ATTRIBUTES` that the commits of a clone give."""

    def __init__(self, process: Process, objects: Objects, trees: Trees) -> None:
        self._process = process
        self._objects = objects
        self._trees = trees

    def attributes(self, commit: str, paths: Sequence[str]) -> dict[str, dict[str, str]]:
        """Those that the commit's own .gitattributes give to each path.

        Read through an index that holds nothing but those files, in a scratch clone over the same objects, so
        that no setting of this machine has a say.
        """
        rules = self._rules(commit, paths)
        if not rules:
            return {}
        for rule in rules:
            self._objects.blob(rule.partition("\t")[0].split()[2])  # a partial clone may have to fetch it
        with tempfile.TemporaryDirectory() as scratch:
            environment = _scratch(Path(scratch), self._process.objects)
            self._process.pipe_fields(rules, "update-index", "-z", "--index-info", environment=environment)
            options = ("-c", f"core.attributesFile={os.devnull}", "-c", "core.ignoreCase=false")
            asking = (*options, "check-attr", "--cached", "-z", "--stdin", *ATTRIBUTES)
            answer = self._process.pipe_fields(paths, *asking, environment=environment)
        given: dict[str, dict[str, str]] = defaultdict(dict)
        for path, attribute, value in zip(answer[::3], answer[1::3], answer[2::3], strict=True):
            given[path][attribute] = value
        return given

    def _rules(self, commit: str, paths: Iterable[str]) -> list[str]:
        """The .gitattributes that can speak of `paths`, as `ls-tree` lists them."""
        folders = {"", *(path[: at + 1] for path in paths for at, part in enumerate(path) if part == "/")}
        if len(folders) <= MOST_PATHS:
            wanted = (
                (folder, self._trees.entry(commit, folder + ".gitattributes")) for folder in sorted(folders)
            )
            return [
                f"{entry.mode:06o} blob {entry.oid}\t{folder}.gitattributes"
                for folder, entry in wanted
                if entry and entry.is_file
            ]
        listed = self._process.fields("ls-tree", "-r", "-z", commit)
        return [
            line
            for line in listed
            if line.startswith("100") and line.endswith(".gitattributes") and _folder(line) in folders
        ]


def _scratch(folder: Path, objects: Path) -> dict[str, str]:
    """Make an empty clone over these objects, and say how git finds it."""
    for part in ("objects", "refs"):
        (folder / part).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    return {
        "GIT_DIR": str(folder),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_ATTR_NOSYSTEM": "1",
    }


def _folder(listed: str) -> str:
    return listed.partition("\t")[2].removesuffix(".gitattributes")
