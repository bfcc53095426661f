"""Commands of the gh CLI for an administrator to type."""

import json
import shlex

from flux.forge.kinds import FORGE_KINDS
from flux.forge.place import Place


def gh(place: Place, method: str, path: str, *fields: str) -> str:
    """Return a `gh api` command. `path` is relative to the repository, each field is `name=value`."""
    typed = [argument for field in fields for argument in ("-F", field)]
    whole = f"repos/{place.repository}/{path}"
    return f"`{shlex.join(['gh', 'api', *_server(place), '--method', method, whole, *typed])}`"


def gh_with(place: Place, method: str, path: str, document: object) -> str:
    """Return the same with a JSON document, for values that `-F` cannot express."""
    whole = f"repos/{place.repository}/{path}"
    typed = shlex.join(["gh", "api", *_server(place), "--method", method, whole, "--input", "-"])
    return f"`{typed} <<< {shlex.quote(json.dumps(document))}`"


def _server(place: Place) -> list[str]:
    return FORGE_KINDS[place.kind].server_option(place)
