"""Where the App's key is kept."""

import pytest

from tests.diagnosis.examining import Spoil, UnsafeWith


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda there: there.secrets.add("FLUX_APP_KEY"),
            "a secret of the repository",
        ),
        (
            lambda there: setattr(there.environments["app"], "limits", None),
            "allows any ref",
        ),
        (
            lambda there: setattr(
                there.environments["app"],
                "limits",
                {"protected_branches": True, "custom_branch_policies": False},
            ),
            "allows any protected branch instead of only main",
        ),
        (
            lambda there: there.environments["app"].policies.append({"name": "v*", "type": "tag"}),
            "allows heads/main, tags/v* instead",
        ),
        (
            lambda there: there.environments["app"].policies[0].update(name="ma*"),
            "allows heads/ma* instead",
        ),
    ],
)
def test_a_key_that_others_can_have(unsafe_with: UnsafeWith, spoil: Spoil, said: str) -> None:
    """The jobs of any ref but main would have it."""
    bad = unsafe_with(spoil)
    assert list(bad) == ["app key"]
    assert said in bad["app key"]
