"""An empty clone over the objects of another: it has no refs, no settings and no origin."""

from pathlib import Path


def empty_clone(folder: Path, objects: Path) -> dict[str, str]:
    """Make the clone in an empty folder. Return the environment variables with which git finds it."""
    for part in ("objects", "refs"):
        (folder / part).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    return {
        "GIT_DIR": str(folder),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_ATTR_NOSYSTEM": "1",
    }
