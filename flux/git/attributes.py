"""What a checkout would make of a blob: the attributes that a commit gives to its files."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from flux.artifact.content import ATTRIBUTES
from flux.git.empty import empty_clone
from flux.git.objects import Objects
from flux.git.process import Process
from flux.git.trees import MOST_PATHS, Trees


class Attributes:
    """The attributes in `ATTRIBUTES` that the commits of a clone give."""

    def __init__(self, process: Process, objects: Objects, trees: Trees) -> None:
        self._process = process
        self._objects = objects
        self._trees = trees

    def attributes(
        self, commit: str, paths: Sequence[str], wanted: Iterable[str] = ()
    ) -> dict[str, dict[str, str]]:
        """Those that the commit's own .gitattributes give to each path.

        A partial clone brings the blobs that are `wanted` with the same fetch.

        Read through an index that holds nothing but those files, in a scratch clone over the same objects, so
        that no setting of this machine has a say.
        """
        rules = self._rules(commit, paths)
        oids = [rule.partition("\t")[0].split()[2] for rule in rules]
        self._objects.obtain_blobs(chain(oids, wanted))
        if not rules:
            return {}
        for oid in oids:
            self._objects.blob(oid)  # of one that is nowhere git would say nothing
        with tempfile.TemporaryDirectory() as scratch:
            environment = empty_clone(Path(scratch), self._process.objects)
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


def _folder(listed: str) -> str:
    return listed.partition("\t")[2].removesuffix(".gitattributes")
