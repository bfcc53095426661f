"""Who may promote where."""

from collections.abc import Iterable

from flux.errors import RequestError
from flux.proposals.issues import Issues
from flux.settings import Settings


def refusals(settings: Settings, issues: Issues, login: str, names: Iterable[str]) -> dict[str, str]:
    """Of environments and phases, those that someone may not promote to, each with the reason.

    Raises ForgeError where a permission cannot be looked up.
    """
    if not issues.may_write(login):
        return dict.fromkeys(names, "that needs the permission `write`")
    refused = {}
    for name in names:
        phase = next((p for p, members in settings.groups.items() if name == p or name in members), name)
        promoters = (settings.promoters or {}).get(phase)
        if promoters is not None and login.casefold() not in {p.casefold() for p in promoters}:
            refused[name] = f"the promoters of {phase} are {', '.join(promoters) or 'nobody'}"
    return refused


def require_authority(settings: Settings, issues: Issues, login: str | None, names: Iterable[str]) -> None:
    """Raises RequestError where the caller of a command may not promote to one of the environments.

    An App's token has no login: what it may do is for GitHub to say, but it is none of the promoters.
    """
    if login is None:
        limited = {p for p in settings.promoters or {} if set(settings.groups[p]) & set(names)}
        if not limited:
            return
        raise RequestError(
            f"this token is nobody's, and the phase {sorted(limited)[0]} has promoters",
            "use the token of a person whom the setting `promoters` names",
        )
    for name, reason in refusals(settings, issues, login, names).items():
        raise RequestError(f"{login} may not promote to {name}: {reason}", "ask somebody who may")
