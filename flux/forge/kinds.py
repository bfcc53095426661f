"""The kinds of forges. A new kind needs a package beside these, and a row in `FORGE_KINDS`."""

from flux.forge.github.kind import GitHubKind
from flux.forge.kind import ForgeKind
from flux.forge.local.kind import LocalKind

WITHOUT_SERVER = LocalKind.name
"""The kind that every clone has. It counts if the setting `forge` is not set and no clue leads to another."""

FORGE_KINDS: dict[str, ForgeKind] = {kind.name: kind for kind in (GitHubKind(), LocalKind())}
"""The kinds by the value of the setting `forge`. If it is not set, the first that is there counts."""
