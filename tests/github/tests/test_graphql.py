"""What is asked of GraphQL is as GitHub's schema has it, and nothing else is served."""

from typing import Any

import pytest

from tests.github.server import GitHub
from tests.github.tests.calls import call

_NAME = "disablePullRequestAutoMerge"
_INPUT = "DisablePullRequestAutoMergeInput"


def _mutation(name: str, of: str, fields: str) -> str:
    return f"mutation Mutation($input: {of}!) {{ {name}(input: $input) {{ {fields} }} }}"


@pytest.mark.parametrize(
    ("query", "given", "complaint"),
    [
        (_mutation("disableAutoMerge", _INPUT, "clientMutationId"), {}, "there is no mutation"),
        (_mutation(_NAME, "ClosePullRequestInput", "clientMutationId"), {}, "takes no ClosePull"),
        (_mutation(_NAME, _INPUT, "clientMutationId"), {}, "needs pullRequestId"),
        (_mutation(_NAME, _INPUT, "clientMutationId"), {"pullRequestId": 7}, "is not ID"),
        (_mutation(_NAME, _INPUT, "clientMutationId"), {"pullRequestId": "x", "y": 1}, "has no y"),
        (_mutation(_NAME, _INPUT, "actor { name }"), {"pullRequestId": "x"}, "Actor has no field name"),
        (
            _mutation("enablePullRequestAutoMerge", f"Enable{_INPUT[7:]}", "clientMutationId"),
            {"pullRequestId": "x", "mergeMethod": "merge"},
            "mergeMethod is not PullRequestMergeMethod",
        ),
    ],
)
def test_what_is_not_as_the_schema_has_it_is_a_complaint(
    github: GitHub, query: str, given: dict[str, Any], complaint: str
) -> None:
    body = {"query": query, "variables": {"input": given}}
    assert call(github, "POST", "/graphql", github.token("alice"), body).status == 400
    assert complaint in github.failures.pop()


def test_there_is_no_such_pull_request(github: GitHub) -> None:
    body = {
        "query": _mutation(_NAME, _INPUT, "clientMutationId"),
        "variables": {"input": {"pullRequestId": "PR_x"}},
    }
    told = call(github, "POST", "/graphql", github.token("alice"), body)
    assert told.status == 200
    assert told.body["errors"][0]["type"] == "NOT_FOUND"
    assert call(github, "POST", "/graphql", "ghp_nobodys", body).status == 401


def test_a_query_for_what_there_is_not_is_a_complaint(github: GitHub) -> None:
    query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id editedAt } } }"
    body = {"query": query, "variables": {"ids": ["IC_x"]}}
    assert call(github, "POST", "/graphql", github.token("alice"), body).status == 400
    assert "IssueComment has no field editedAt" in github.failures.pop()
    body["query"] = query.replace("editedAt", "lastEditedAt")
    assert call(github, "POST", "/graphql", github.token("alice"), body).body == {"data": {"nodes": [None]}}
