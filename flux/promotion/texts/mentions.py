"""How texts name people."""


def mention(login: str) -> str:
    """Return a mention, so that GitHub notifies a login. A name with a space is not a login."""
    return f"@{login}" if " " not in login else login
