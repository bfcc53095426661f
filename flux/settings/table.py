"""The reader of each setting, and a description of the values that it allows."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from flux.settings.artifacts import artifacts, command, inputs, output
from flux.settings.phases import moving_tag, phases
from flux.settings.places import branch, branches, registry, release_tag, repository, source
from flux.settings.settings import Settings
from flux.settings.values import (
    commit,
    expression,
    file,
    flag,
    flag_or_names,
    folder,
    jobs,
    names,
    one_of,
    patterns,
    promoters,
    text,
    version,
)


def _rules(value: object) -> Any:
    from flux.settings.rules import rules

    return rules(value)


def _clusters(value: object) -> Any:
    from flux.settings.rules import clusters

    return clusters(value)


_FLAG = "true or false"
_PATH = "a path from the repository's root, with / between its parts"
READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "sources": (folder, _PATH),
    "artifacts": (
        artifacts,
        "a list of entries with `path` (a folder, or a glob of folders), `name`, `exclude`,"
        " `repository`, `prepare`, `output` and `inputs`",
    ),
    "prepare": (command, "a shell command, which may have {name} and {path}"),
    "output": (output, f"{_PATH}, with {{name}} and {{path}}"),
    "inputs": (inputs, "a list of gitignore patterns, with {name} and {path}"),
    "prepare_network": (flag, _FLAG),
    "releaseconfig": (file, _PATH),
    "registry": (registry, "a folder, or oci://HOST[:PORT]/PATH in lower case"),
    "repository": (repository, "the path of a repository below `registry`, with {name} for the artifact's"),
    "version_tag": (one_of("{version}", "v{version}"), "{version} or v{version}"),
    "latest": (moving_tag, "an OCI tag that is neither a version nor a commit, or none"),
    "mode": (one_of("act", "observe"), "act or observe"),
    "adopted": (commit, "the 40 digits of a commit, or nothing"),
    "branch": (branch, "the name of a branch"),
    "branches": (branches, "a list of branches; * matches any part of a name"),
    "release_tag": (
        release_tag,
        "text with {artifact} and {version} that can be told apart; {version} is enough for one artifact",
    ),
    "create_release": (flag, _FLAG),
    "source": (source, "the https URL of the repository"),
    "phases": (
        phases,
        "a list of phases, each with a list of environments (OCI tags, each once) or with a rule",
    ),
    "ignore": (patterns, "a list of gitignore patterns"),
    "jobs": (jobs, "a whole number from 1 to 64"),
    "insecure": (flag, _FLAG),
    "publisher": (one_of("builtin", "flux"), "builtin or flux"),
    "flux_version": (version, "a version or its beginning: '2', '2.9' or '2.9.4'"),
    "provider": (one_of("generic", "azure", "aws", "gcp"), "generic, azure, aws or gcp"),
    "forge": (one_of("github", "local"), "github or local"),
    "label": (text, "a label's name"),
    "promoters": (promoters, "a list of logins for each phase, in invoke.yaml"),
    "automation": (names, "a list of logins"),
    "require_order": (flag, _FLAG),
    "two_person": (flag_or_names, "true, false, or a list of phases"),
    "require_signature": (flag, _FLAG),
    "signature_identity": (expression, "a regular expression that matches a whole identity"),
    "signature_issuer": (source, "the https URL of an issuer of identities"),
    "sign_promotions": (flag, _FLAG),
    "rules": (_rules, "for each artifact, the rules of phases that differ, in invoke.yaml"),
    "clusters": (_clusters, "`names` and `reporters` for each environment, in invoke.yaml"),
}

assert READERS.keys() == {field.name for field in fields(Settings)} - {"named"}
