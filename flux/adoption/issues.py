"""Finds the label of today's promotion issues."""

import re
from collections.abc import Iterator

from flux.adoption.clues import Clues, ProposedSetting
from flux.regex import regex

_LABEL = r"(?P<label>[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,49})"
_WORD = r"(?P<label>[A-Za-z0-9][A-Za-z0-9._:/-]{0,49})"
_SAID = (
    regex(rf"github\.event\.issue\.labels\.\*\.name,\s*'{_LABEL}'"),
    regex(rf"\bgh issue create\b[^\n]*?(?:--label|-l)[= ][\"']{_LABEL}[\"',]"),
    regex(rf"\bgh issue create\b[^\n]*?(?:--label|-l)[= ]{_WORD}(?=[\s,]|$)"),
    regex(rf"issues\.create\((?:[^)]|\n){{0,2000}}?labels:\s*\[\s*[\"']{_LABEL}[\"']"),
)


def find_label(clues: Clues) -> Iterator[ProposedSetting]:
    """Yield the setting `label`: the label of the issues that workflows open or react to."""
    for path, text in clues.texts.items():
        joined = re.sub(r"\\\s*\n\s*", " ", text)
        for said in _SAID:
            if found := said.search(joined):
                yield ProposedSetting(
                    "label", found["label"], f"{path} puts this label on the issues of releases"
                )
                return
