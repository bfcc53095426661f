"""Pull requests from a branch of the repository itself into another."""

from collections.abc import Mapping

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.gitdata import GitError
from tests.github.routes import issues
from tests.github.state import Pull, Review, Role, Secret
from tests.github.wire import BASE_MODIFIED, RefusedError, Reply, invalid, missing

_READ = access.reads("pull_requests")
_WRITE = access.writes("pull_requests", role=Role.READ)


@route("GET /repos/{owner}/{repo}/pulls", _READ, asks="state head base sort direction")
def list_pulls(call: Call) -> Reply:
    query = call.query
    pulls = [pull for pull in call.repo.pulls if _is_asked_for(pull, query, call.repo.owner.login)]
    sort = query.get("sort", "created")
    if sort == "updated":
        pulls.sort(key=lambda pull: pull.updated)
    # By date of creation the newest comes first, by any other the oldest.
    default = "desc" if sort == "created" else "asc"
    if query.get("direction", default) == "desc":
        pulls.reverse()
    return call.page(pulls, call.view.pull_in_list)


def _is_asked_for(pull: Pull, query: Mapping[str, str], ours: str) -> bool:
    state, base = query.get("state", "open"), query.get("base", "")
    owner, colon, branch = query.get("head", "").partition(":")
    # Without the owner the filter is none.
    from_head = not colon or (owner.lower() == ours.lower() and pull.head == branch)
    return state in ("all", pull.state) and base in ("", pull.base) and from_head


@route("GET /repos/{owner}/{repo}/pulls/{pull_number}", _READ)
def get_pull(call: Call) -> Reply:
    return Reply(200, call.view.pull(_found(call)))


@route("POST /repos/{owner}/{repo}/pulls", _WRITE, takes="title head base body draft maintainer_can_modify")
def create_pull(call: Call) -> Reply:
    body, repo, now = call.body, call.repo, call.world.now()
    if call.bearer.kind is Secret.ACTIONS and not repo.actions_may_create_pulls:
        raise RefusedError(403, "GitHub Actions is not permitted to create or approve pull requests.")
    issues.check_text(body.get("title", ""), body.get("body"))
    owner, _, head = body["head"].rpartition(":")
    head_sha, base_sha = call.git.branch(head), call.git.branch(body["base"])
    if head_sha is None or owner.lower() not in ("", repo.owner.login.lower()):
        raise invalid("PullRequest", "head", "invalid")
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    _check(call, head, body["base"], head_sha, base_sha)
    if call.role < Role.WRITE:
        raise invalid("PullRequest", None, "custom", "must be a collaborator")
    pull = Pull(
        id=call.world.next_id(),
        number=len(repo.issues) + 1,
        author=call.actor,
        title=body["title"],
        body=body.get("body"),
        created=now,
        updated=now,
        head=head,
        base=body["base"],
        head_sha=head_sha,
        base_sha=base_sha,
        draft=body.get("draft", False),
    )
    repo.issues[pull.number] = pull
    call.world.tell_issue(repo, call.bearer, "opened", pull)
    shown = call.view.pull(pull)
    return Reply(201, shown, {"Location": shown["url"]})


def _check(call: Call, head: str, base: str, head_sha: str, base_sha: str, but: Pull | None = None) -> None:
    same = (each for each in call.repo.pulls if not each.closed and (each.head, each.base) == (head, base))
    if any(pull is not but for pull in same):
        message = f"A pull request already exists for {call.repo.owner.login}:{head}."
        raise invalid("PullRequest", None, "custom", message)
    if call.git.merge_base(base_sha, head_sha) is None:
        message = f"The {head} branch has no history in common with {base}"
        raise invalid("PullRequest", None, "custom", message)
    if call.git.is_ancestor(head_sha, base_sha):
        raise invalid("PullRequest", None, "custom", f"No commits between {base} and {head}")


@route("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", _WRITE, takes="title body state")
def edit_pull(call: Call) -> Reply:
    pull, state = _found(call), call.body.get("state")
    issues.may_edit(call, pull)
    issues.check_text(call.body.get("title", pull.title), call.body.get("body"))
    if state == "open" and pull.closed:
        _check_reopening(call, pull)
    issues.edit_text(call, pull)
    if state == "closed" and not pull.closed:
        pushes.close(call.world, call.repo, call.bearer, pull)
    elif state == "open" and pull.closed:
        pull.closed = pull.closed_by = None
        pull.updated = call.world.now()
        pull.head_sha = call.git.branch(pull.head) or pull.head_sha
        call.world.tell_issue(call.repo, call.bearer, "reopened", pull)
    return Reply(200, call.view.pull(pull))


def _check_reopening(call: Call, pull: Pull) -> None:
    head, base = call.git.branch(pull.head), call.git.branch(pull.base)
    reason = None
    if pull.merged:
        reason = "the pull request is already merged."
    elif head is None or base is None:
        reason = f"The {pull.base if head else pull.head} branch has been deleted."
    elif not call.git.is_ancestor(pull.head_sha, head):
        reason = f"The {pull.head} branch was force-pushed or recreated."
    elif call.git.is_ancestor(head, base):
        reason = f"There are no new commits on the {pull.head} branch."
    if reason:
        raise invalid("PullRequest", "state", "invalid", f"state cannot be changed. {reason}")
    _check(call, pull.head, pull.base, head or "", base or "", but=pull)


# Merging


@route("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge", _READ)
def is_merged(call: Call) -> Reply:
    if not _found(call).merged:
        raise missing()
    return Reply(204)


@route(
    "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    access.writes("contents"),
    takes="commit_title commit_message sha merge_method",
)
def merge(call: Call) -> Reply:
    pull, body, git = _found(call), call.body, call.git
    base, head = git.branch(pull.base), call.repo.head(pull)
    if pull.draft:
        raise RefusedError(405, "Pull Request is still a draft")
    tree = git.merge(base, head) if base and not pull.closed else None
    if base is None or tree is None:
        raise RefusedError(405, "Pull Request is not mergeable")
    if body.get("sha") not in (None, head):
        raise RefusedError(409, "Head branch was modified. Review and try the merge again.")
    method = body.get("merge_method", "merge")
    title, message = _merge_message(call, pull, method)
    parents = [base, head] if method == "merge" else [base]
    # Who squashes may type any message, and it is not their commit.
    author = call.world.person(pull.author if method == "squash" else call.actor)
    web_flow = call.world.web_flow()
    text = "\n\n".join(filter(None, [title, message]))
    sha = git.write_commit(tree, parents, author, web_flow, text)
    call.repo.signed.add(sha)
    try:
        ref = f"refs/heads/{pull.base}"
        pushes.move(call.world, call.repo, call.bearer, ref, base, sha, merges=True)
    except GitError as error:
        raise RefusedError(405, BASE_MODIFIED) from error
    if not pull.merged:
        # A squashed one is not found in the base.
        pushes.merged(call.world, call.repo, call.bearer, pull, sha)
    return Reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _merge_message(call: Call, pull: Pull, method: str) -> tuple[str, str]:
    if method == "merge":
        title = f"Merge pull request #{pull.number} from {call.repo.owner.login}/{pull.head}"
        message = pull.title
    elif method == "squash":
        shas = call.git.history(call.repo.head(pull), f"^{call.git.branch(pull.base)}")
        title = f"{pull.title} (#{pull.number})"
        message = "\n\n".join(f"* {call.git.commit(sha).message.strip()}" for sha in shas[::-1])
    else:
        raise NotImplementedError(f"the merge method {method}")
    return call.body.get("commit_title", title), call.body.get("commit_message", message)


@route("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", _READ)
def list_pulls_of_commit(call: Call) -> Reply:
    """Those that were merged as it; and those that have it, the open ones only while main has not."""
    sha, git = call["commit_sha"], call.git
    tip = git.branch(call.repo.default_branch)
    is_there = tip is not None and git.is_ancestor(sha, tip)
    found = [
        pull
        for pull in call.repo.pulls
        if pull.merge_commit == sha
        or ((pull.merged or not is_there) and sha in git.history(call.repo.head(pull), f"^{pull.base_sha}"))
    ]
    return call.page(found, call.view.pull_in_list)


# What is in one


@route("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", _READ)
def list_commits(call: Call) -> Reply:
    pull = _found(call)
    shas = call.git.history(call.repo.head(pull), f"^{pull.base_sha}")
    return call.page(shas[::-1], lambda sha: call.git_view.commit(call.git.commit(sha)))


@route("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", _READ)
def list_files(call: Call) -> Reply:
    pull = _found(call)
    head = call.repo.head(pull)
    changes = call.git.changes(call.git.merge_base(pull.base_sha, head), head)
    return call.page(changes, lambda change: call.git_view.file(change, head))


def _found(call: Call) -> Pull:
    pull = issues.found(call)
    if not isinstance(pull, Pull):
        raise missing()
    return pull


# Reviews

_PENDING = "PENDING"
_STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}


@route("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", _READ)
def list_reviews(call: Call) -> Reply:
    """What somebody has not submitted yet is shown to nobody else."""
    pull = _found(call)
    shown = [
        review
        for review in pull.reviewed
        if review.state != _PENDING or (call.token and review.author == call.actor)
    ]
    return call.page(shown, lambda review: call.view.review(pull, review))


@route("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", _WRITE, takes="body event commit_id")
def create_review(call: Call) -> Reply:
    """Without an event it is not submitted yet. Comments in lines are not modelled."""
    pull, event = _found(call), call.body.get("event")
    if event:
        _check_event(call, pull, event)
    if any(each.author == call.actor and each.state == _PENDING for each in pull.reviewed):
        raise _unprocessable("User can only have one pending review per pull request")
    review = Review(
        id=call.world.next_id(),
        author=call.actor,
        state=_STATES[event] if event else _PENDING,
        body=call.body.get("body") or "",
        commit=call.body.get("commit_id") or call.repo.head(pull),
        submitted=call.world.now(),
    )
    pull.reviewed.append(review)
    pull.updated = call.world.now()
    return Reply(200, call.view.review(pull, review))


@route(
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events", _WRITE, takes="body event"
)
def submit_review(call: Call) -> Reply:
    pull = _found(call)
    review = _found_review(call, pull)
    if review.state != _PENDING or review.author != call.actor:
        raise missing()
    _check_event(call, pull, call.body["event"])
    review.state, review.submitted = _STATES[call.body["event"]], call.world.now()
    review.body = call.body.get("body", review.body)
    return Reply(200, call.view.review(pull, review))


@route(
    "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals",
    access.writes("pull_requests"),
    takes="message event",
)
def dismiss_review(call: Call) -> Reply:
    pull = _found(call)
    review = _found_review(call, pull)
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise _unprocessable(f"Can not dismiss a {review.state.lower()} pull request review")
    review.state = "DISMISSED"
    return Reply(200, call.view.review(pull, review))


def _found_review(call: Call, pull: Pull) -> Review:
    for review in pull.reviewed:
        if str(review.id) == call["review_id"]:
            return review
    raise missing()


def _check_event(call: Call, pull: Pull, event: str) -> None:
    if event not in _STATES:
        raise _unprocessable(f"Event {event} is invalid")
    if event == "APPROVE" and pull.author == call.actor:
        raise _unprocessable("Can not approve your own pull request")


def _unprocessable(message: str) -> RefusedError:
    return RefusedError(422, "Unprocessable Entity", errors=[message])
