"""Commands of the flux CLI in workflows and scripts, with what their variables stand for."""

from hypothesis import given
from hypothesis import strategies as st

from flux.adoption.pushes import PushCommand, find_commands

WORKFLOW = """\
name: publish
env:
  REGISTRY: oci://ghcr.io/${{ github.repository_owner }}/flux
jobs:
  push:
    steps:
      - run: |
          flux push artifact "$REGISTRY/${{ matrix.name }}:$(git rev-parse --short HEAD)" \\
            --path="./components/${{ matrix.name }}" --source=x
          flux tag artifact "${REGISTRY}/${{ matrix.name }}:${{ github.sha }}" --tag latest --tag=at_ring1
"""
SCRIPT = """\
export REPO=ghcr.io/$GITHUB_REPOSITORY
for dir in apps/*/; do
  flux push artifact oci://${REPO}/$(basename "$dir"):v1 -f "${dir%/}"
done
# flux push artifact is what we do
echo flux
"""


def test_a_workflow() -> None:
    push, tag = find_commands({"w.yml": WORKFLOW}, "Acme/Platform")
    assert push == PushCommand(
        "push",
        "w.yml:8",
        "oci://ghcr.io/acme/flux/${{ matrix.name }}:$(git rev-parse --short HEAD)",
        "components/${{ matrix.name }}",
    )
    assert push.repository == "ghcr.io/acme/flux/${{ matrix.name }}"
    assert (tag.verb, tag.tags) == ("tag", ("latest", "at_ring1"))


def test_a_script_with_a_loop() -> None:
    (push, *_) = find_commands({"push.sh": SCRIPT}, "acme/platform")
    assert push.url == "oci://ghcr.io/acme/platform/$(basename $dir):v1"
    assert push.path == "apps/*"
    assert push.repository == "ghcr.io/acme/platform/$(basename $dir)"


def test_a_variable_that_is_itself_is_left() -> None:
    (push,) = find_commands({"x.sh": "X=$X\nflux push artifact oci://$X/a:b --path=$Y\n"}, "")
    assert (push.url, push.path) == ("oci://$X/a:b", "$Y")


@given(st.text("flux push artifact$={}:/-\\\n'\"xenv ", max_size=200))
def test_any_text_is_read(text: str) -> None:
    for command in find_commands({"x": text}, "a/b"):
        assert isinstance(command.repository, str)


def test_a_push_by_an_action() -> None:
    text = """
env: {REGISTRY: ghcr.io/acme}
jobs:
  push:
    steps:
      - uses: fluxcd/flux2/action@v2
      - uses: controlplaneio-fluxcd/distribution/actions/push@main
        with:
          repository: ${{ env.REGISTRY }}/apps/${{ matrix.app }}
          path: ./apps/${{ matrix.app }}
          diff-tag: latest
          tags: "v1, ${{ steps.prep.outputs.tag }} ${{ steps.prep.outputs.version }}"
          ignore-paths: "*.md, test/"
      - id: prep
        run: echo tag=stable >> $GITHUB_OUTPUT
      - uses: docker/build-push-action@v6
        with: {context: ., push: true}
"""
    (push,) = find_commands({".github/workflows/x.yml": text}, "")
    assert (push.verb, push.url) == ("push", "oci://ghcr.io/acme/apps/${{ matrix.app }}")
    assert push.path == "./apps/${{ matrix.app }}"
    assert push.tags == ("v1", "stable", "${{ steps.prep.outputs.version }}", "latest")
    assert push.ignore == ("*.md", "test/")
    assert push.place == ".github/workflows/x.yml:7"
