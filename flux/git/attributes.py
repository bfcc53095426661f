"""The git attributes of the files in a commit. They say how a checkout changes a blob."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from flux.artifact.content import ATTRIBUTES
from flux.artifact.tree import File, parents
from flux.git.empty_clone import empty_clone
from flux.git.objects import Objects
from flux.git.process import Process
from flux.git.tree import TreeEntry
from flux.git.trees import Trees

_RULES = ".gitattributes"


class AttributeReader:
    """Reads the attributes in `ATTRIBUTES` from the commits of a clone."""

    def __init__(self, process: Process, objects: Objects, trees: Trees) -> None:
        self._process = process
        self._objects = objects
        self._trees = trees

    def attributes(
        self, commit: str, files: Mapping[str, Sequence[File]], wanted: Iterable[str] = ()
    ) -> dict[str, dict[str, str]]:
        """Return the attributes of each path, from the .gitattributes files in the commit.

        `files` has every file of some folders, with paths relative to the folder. In a partial clone the same
        fetch also gets the `wanted` blobs.

        Git reads an index with only the .gitattributes files, in a scratch clone over the same objects.
        No setting of this machine changes the result.
        """
        there = {f"{folder}/{file.path}".lstrip("/"): file for folder in files for file in files[folder]}
        rules = self._rules(commit, files)
        oids = [rule.oid for rule in rules.values()]
        self._objects.obtain_blobs(chain(oids, wanted))
        if not rules:
            return {}
        for oid in oids:
            self._objects.blob(oid)  # git ignores a missing file without an error
        with tempfile.TemporaryDirectory() as scratch:
            environment = empty_clone(Path(scratch), self._process.objects)
            index = [f"{rule.mode:06o} {rule.oid}\t{path}" for path, rule in rules.items()]
            self._process.pipe_fields(index, "update-index", "-z", "--index-info", environment=environment)
            options = ("-c", f"core.attributesFile={os.devnull}", "-c", "core.ignoreCase=false")
            asking = (*options, "check-attr", "--cached", "-z", "--stdin", *ATTRIBUTES)
            answer = self._process.pipe_fields(there, *asking, environment=environment)
        given: dict[str, dict[str, str]] = defaultdict(dict)
        for path, attribute, value in zip(answer[::3], answer[1::3], answer[2::3], strict=True):
            given[path][attribute] = value
        return given

    def attribute_files(self, commit: str, files: Mapping[str, Sequence[File]]) -> list[str]:
        """Return the blobs of the .gitattributes files that apply to these files."""
        return [rule.oid for rule in self._rules(commit, files).values()]

    def _rules(self, commit: str, files: Mapping[str, Sequence[File]]) -> dict[str, TreeEntry]:
        """Return the .gitattributes files that apply to these files, by path."""
        inside = {
            f"{folder}/{file.path}".lstrip("/"): TreeEntry(file.mode, file.oid)
            for folder in files
            for file in files[folder]
            if _is_rules(file.path)
        }
        found = self._above(commit, files) | inside
        return {path: entry for path, entry in found.items() if entry.is_file}

    def _above(self, commit: str, folders: Iterable[str]) -> dict[str, TreeEntry]:
        """Return what is named .gitattributes in the folders that contain these folders, by path."""
        above = {parent for folder in folders for parent in ("", *parents(folder))}
        paths = [f"{folder}/{_RULES}".lstrip("/") for folder in sorted(above)]
        return {path: entry for path in paths if (entry := self._trees.entry(commit, path))}


def _is_rules(path: str) -> bool:
    return path.rpartition("/")[2] == _RULES
