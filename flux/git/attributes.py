"""The git attributes of the files in a commit. They say how a checkout changes a blob."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from flux.artifact.content import ATTRIBUTES
from flux.git.empty_clone import empty_clone
from flux.git.objects import Objects
from flux.git.process import Process
from flux.git.trees import MOST_PATHS, Trees


class AttributeReader:
    """Reads the attributes in `ATTRIBUTES` from the commits of a clone."""

    def __init__(self, process: Process, objects: Objects, trees: Trees) -> None:
        self._process = process
        self._objects = objects
        self._trees = trees

    def attributes(
        self, commit: str, paths: Sequence[str], wanted: Iterable[str] = ()
    ) -> dict[str, dict[str, str]]:
        """Return the attributes of each path, from the .gitattributes files in the commit.

        In a partial clone the same fetch also gets the `wanted` blobs.

        Git reads an index with only the .gitattributes files, in a scratch clone over the same objects.
        No setting of this machine changes the result.
        """
        rules = self._rules(commit, paths)
        oids = [rule.partition("\t")[0].split()[2] for rule in rules]
        self._objects.obtain_blobs(chain(oids, wanted))
        if not rules:
            return {}
        for oid in oids:
            self._objects.blob(oid)  # git ignores a missing file without an error
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
        """Return the .gitattributes files that apply to `paths`, as `ls-tree` lists them."""
        folders = _above(paths)
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


def _above(paths: Iterable[str]) -> set[str]:
    """Return the folders that contain the paths, each with a `/` at its end. The root is empty."""
    found = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/" not in found:
            found.add(f"{folder}/")
            folder = folder.rpartition("/")[0]
    return found


def _folder(listed: str) -> str:
    return listed.partition("\t")[2].removesuffix(".gitattributes")
