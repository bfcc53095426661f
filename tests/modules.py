"""The modules of the package, for tests that hold for each of them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent


def modules() -> list[Path]:
    return [path.relative_to(ROOT / "flux") for path in sorted((ROOT / "flux").rglob("*.py"))]
