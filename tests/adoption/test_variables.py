"""What variables stand for, as far as their file tells."""

import pytest

from flux.adoption.variables import expanded, known_in, matrix_values, outputs_of, words

STEP = """\
TAG=latest
VERSION="${{ github.ref_name }}-${GITHUB_SHA::8}"
if [[ $GITHUB_REF == refs/tags/* ]]; then
  TAG=latest-stable
fi
echo "tag=${TAG}" >> $GITHUB_OUTPUT
echo "version=${VERSION}" >>"$GITHUB_OUTPUT"
echo channel=edge >> "${GITHUB_OUTPUT}"
"""


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("${{ steps.prep.outputs.tag }}", ["latest", "latest-stable"]),
        ("${{ steps.prep.outputs.channel }}", ["edge"]),
        ("${{steps.prep.outputs.version}}", ["${VERSION}"]),
        ("${{ steps.prep.outputs.other }}", ["${{ steps.prep.outputs.other }}"]),
        ("v1-${{ steps.prep.outputs.tag }}", ["v1-${{ steps.prep.outputs.tag }}"]),
        ("prod", ["prod"]),
    ],
)
def test_what_a_step_gives(word: str, values: list[str]) -> None:
    assert list(outputs_of(word, STEP)) == values


def test_a_makefile() -> None:
    known = known_in("REGISTRY ?= ghcr.io/acme\nNAME := fleet\nREV = $$(git rev-parse HEAD)\n", "")
    assert (
        expanded("oci://$(REGISTRY)/$(NAME):$(git describe)", known)
        == "oci://ghcr.io/acme/fleet:$(git describe)"
    )


@pytest.mark.parametrize(
    ("matrix", "values"),
    [
        ("{app: [a, b], os: [x]}", ("a", "b")),
        ("{include: [{app: a, os: x}, {os: y}, {app: b}]}", ("a", "b")),
        ("${{ fromJSON(needs.x.outputs.matrix) }}", ()),
        ("{app: '${{ fromJSON(needs.x.outputs.apps) }}'}", ()),
    ],
)
def test_the_values_of_a_matrix(matrix: str, values: tuple[str, ...]) -> None:
    text = f"jobs: {{push: {{strategy: {{matrix: {matrix}}}}}}}"
    assert matrix_values("./apps/${{ matrix.app }}/", text) == values
    assert matrix_values("./apps/${{ matrix.app }}/deploy", text) == ()
    assert matrix_values("./apps/$APP", text) == ()


def test_a_variable_is_one_word() -> None:
    assert words('"${{ steps.a.outputs.b }}" $(git log -1) plain') == [
        "${{ steps.a.outputs.b }}",
        "$(git log -1)",
        "plain",
    ]
