"""What variables stand for, as far as their file tells."""

import pytest

from flux.adoption.variables import (
    commands_in,
    expanded,
    in_row,
    known_in,
    matrix_names,
    outputs_of,
    rows_of,
    words,
)

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
    ("matrix", "rows"),
    [
        ({"app": ["a", "b"], "os": ["x"]}, [{"app": "a", "os": "x"}, {"app": "b", "os": "x"}]),
        (
            {"include": [{"app": "a", "path": "x/a"}, {"app": "b"}]},
            [{"app": "a", "path": "x/a"}, {"app": "b"}],
        ),
        (
            {"app": ["a", "b"], "exclude": [{"app": "b"}], "include": [{"app": "a", "n": 1}, {"app": "c"}]},
            [{"app": "a", "n": "1"}, {"app": "c"}],
        ),
        ("${{ fromJSON(needs.x.outputs.matrix) }}", []),
        ({"app": "${{ fromJSON(needs.x.outputs.apps) }}"}, []),
        ({"app": [*range(40)], "os": [*range(40)]}, []),
        (None, []),
    ],
)
def test_the_rows_of_a_matrix(matrix: object, rows: list[dict[str, str]]) -> None:
    assert list(rows_of(matrix)) == rows


def test_a_row_says_what_a_word_is() -> None:
    word = "${{ matrix.app }}-${{matrix.app-name}}-${{ matrix.other }}"
    assert matrix_names(word) == ["app", "app-name", "other"]
    assert in_row(word, {"app": "a", "app-name": "b"}) == "a-b-${{ matrix.other }}"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("${{ inputs.my-name }}", "web"),
        ("${{ inputs.my-name || 'x' }}", "web"),
        ("${{ env.REG }}/{{.REG}}/{{ REG }}/${REG,,}/$REG", "r/r/r/r/r"),
        ("${{ format('{0}', env.REG) }}", "${{ format('{0}', env.REG) }}"),
        ("$*/$@", "$*/$@"),
    ],
)
def test_the_forms_of_variables(word: str, value: str) -> None:
    assert expanded(word, {"inputs.my-name": "web", "REG": "r"}) == value


def test_a_variable_is_one_word() -> None:
    assert words('"${{ steps.a.outputs.b }}" $(git log -1) plain') == [
        "${{ steps.a.outputs.b }}",
        "$(git log -1)",
        "plain",
    ]


def test_a_line_is_split_into_commands() -> None:
    line = "a $(b | c; d) && e 'f;g' \"h & i\"; j ${K:-;}"
    assert [one.strip() for one in commands_in(line)] == [
        "a $(b | c; d)",
        "",
        "e 'f;g' \"h & i\"",
        "j ${K:-;}",
    ]
