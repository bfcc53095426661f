"""What every test stands on: nothing of the machine's own identity, credentials or events."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# REGISTRY_ overrides settings of the registry server and of skopeo.
_SCRUBBED = ("GITHUB_", "GH_", "GIT_", "INVOKE_", "DOCKER_", "REGISTRY_")

_GITCONFIG = """\
[user]
name = Test
email = test@example.com
[init]
defaultBranch = main
[commit]
gpgSign = false
[tag]
gpgSign = false
[protocol "file"]
allow = always
[gc]
auto = 0
"""


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the whole session, so that what other session fixtures make is clean too."""
    home = tmp_path_factory.mktemp("home")
    gitconfig = home / ".gitconfig"
    gitconfig.write_text(_GITCONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name == "CI" or name.startswith(_SCRUBBED):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        # containers/image keeps the credentials of skopeo there.
        patch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
        patch.setenv("DOCKER_CONFIG", str(home / ".docker"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(gitconfig))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield
