"""Any layer can be laid out as files that flux packs again as that layer."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flux.artifact.ignore import excludes
from tests.artifact.trees import Tree, layer, trees
from tests.commands.invoking import HOSTILE_NAMES
from tests.registry.conftest import Place
from tests.registry.images import content, image

_PATTERNS = st.sampled_from(
    ["a", "b/", "*", "!*.yaml", "!a", "!b", "/a/*", "!/a/b", "[!a]", "a/**/c", "**/b", "\\!x", "x?", "!foo"]
)
_NAMES = st.one_of(
    st.sampled_from(
        [*"abcx", "c.yaml", "x.png", "foo", "foo.yaml", "foo-bar", ".gitignore", "[!a]", "a,b", 'a"b']
    ),
    st.sampled_from([name for name in HOSTILE_NAMES if "\\" not in name]),
)
_TREES = trees(st.lists(_NAMES, min_size=1, max_size=5).map("/".join))
_ROUNDABOUT = ("*", "!*.yaml", "!*.png")  # files, but not their folders


def _tree(*paths: str) -> Tree:
    return {path: (0o100755 if "x" in path else 0o100644, path.encode()[:9]) for path in paths}


@pytest.mark.stories
@example(_tree("a/b/c.yaml", "a/d/left-out", "a.yaml", "e/left-out"), _ROUNDABOUT)
@example(
    _tree("new\nline/a.yaml", "tab\tbed/a.yaml", "[a-z]/b.yaml", "*/c.yaml", "**/d.yaml", '",/e.yaml'),
    _ROUNDABOUT,
)
@example(_tree("left-out", "folder/left-out"), ("left-out",))
@example(_tree("é" * 120 + "/a.yaml", "d" * 100 + "/" + "f" * 120, "x" * 250), _ROUNDABOUT)
@example({}, ())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TREES, st.lists(_PATTERNS, max_size=5).map(tuple))
def test_flux_packs_any_layer_again_as_it_is(flux: Place, tree: Tree, patterns: tuple[str, ...]) -> None:
    ours = image(layer(tree, excludes(patterns)))
    digest = flux.publisher.push(ours, ["latest"])
    assert content(flux.target, str(digest)) == ours.tar
