"""The refs that the local forge moves."""


def head_of(branch: str) -> str:
    return f"refs/heads/{branch}"


def tag_of(name: str) -> str:
    return f"refs/tags/{name}"


def kept_of(number: int) -> str:
    """The commit that a pull request was at."""
    return f"refs/forge/pulls/{number}"
