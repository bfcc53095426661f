"""Issues, which pull requests are too, and the comments on both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.routes.labels import label_named
from tests.github.state import Account, Comment, Issue, Kind, Pull, Renaming, Role
from tests.github.wire import RefusedError, Reply, invalid, missing

_READ = access.reads("issues", "pull_requests")
# Who has read an issue may comment on it, and who has written one may edit it.
_WRITE = access.writes("issues", "pull_requests", role=Role.READ)
_OPEN = access.writes("issues", role=Role.READ)
_LOCK = access.writes("issues", "pull_requests")
_LIMIT = 65_536
_TITLE_LIMIT = 256


@route(
    "GET /repos/{owner}/{repo}/issues",
    _READ,
    asks="state labels sort direction since assignee creator",
)
def list_issues(call: Call) -> Reply:
    query = call.query
    issues = [issue for issue in call.repo.issues.values() if _is_asked_for(issue, query)]
    keys = {"updated": lambda issue: issue.updated, "comments": lambda issue: len(issue.comments)}
    key: Any = keys.get(query.get("sort", "created"), lambda issue: issue.number)
    issues.sort(key=key, reverse=query.get("direction", "desc") == "desc")
    return call.page(issues, call.view.issue)


def _is_asked_for(issue: Issue, query: Mapping[str, str]) -> bool:
    state, since = query.get("state", "open"), query.get("since")
    labels = {name.lower() for name in query.get("labels", "").split(",") if name}
    creator, assignee = query.get("creator", "").lower(), query.get("assignee")
    return (
        not issue.is_gone
        and state in ("all", issue.state)
        and labels <= {label.name.lower() for label in issue.labels}
        and creator in ("", issue.author.login.lower())
        and (not assignee or _assigned(issue, assignee))
        and (not since or issue.updated >= datetime.fromisoformat(since))
    )


@route("POST /repos/{owner}/{repo}/issues", _OPEN, takes="title body labels assignees assignee")
def create_issue(call: Call) -> Reply:
    body, now = call.body, call.world.now()
    check_text(str(body["title"]), body.get("body"))
    issue = Issue(
        id=call.world.next_id(),
        number=len(call.repo.issues) + 1,
        author=call.actor,
        title=str(body["title"]),
        body=body.get("body"),
        created=now,
        updated=now,
    )
    if call.role >= Role.TRIAGE:
        # Of anybody else both are dropped without a word.
        issue.assignees = _assignees(call, body) or []
        issue.labels = [label_named(call, _name(label)) for label in body.get("labels", ())]
    call.repo.issues[issue.number] = issue
    call.world.tell_issue(call.repo, call.bearer, "opened", issue)
    for label in issue.labels:
        call.world.tell_issue(call.repo, call.bearer, "labeled", issue, label=call.view.label(label))
    for account in issue.assignees:
        call.world.tell_issue(call.repo, call.bearer, "assigned", issue, assignee=call.view.user(account))
    shown = _shown(call, issue)
    return Reply(201, shown, {"Location": shown["url"]})


@route("GET /repos/{owner}/{repo}/issues/{issue_number}", _READ)
def get_issue(call: Call) -> Reply:
    _follow(call)
    return Reply(200, _shown(call, found(call)))


@route(
    "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
    _WRITE,
    takes="title body state state_reason labels assignees assignee",
)
def edit_issue(call: Call) -> Reply:
    _follow(call)
    issue, body = found(call), call.body
    may_edit(call, issue)
    if isinstance(issue, Pull) and "state" in body:
        raise NotImplementedError("the state of a pull request as an issue")
    check_text(body.get("title", issue.title), body.get("body"))
    edit_text(call, issue)
    if call.role >= Role.TRIAGE:
        if "labels" in body:
            set_labels(call, issue, [_name(label) for label in body["labels"]])
        assignees = _assignees(call, body)
        if assignees is not None:
            _set_assignees(call, issue, assignees)
    if body.get("state") == "closed" and not issue.closed:
        pushes.close(call.world, call.repo, call.bearer, issue, body.get("state_reason"))
    elif body.get("state") == "open" and issue.closed:
        issue.closed = issue.closed_by = None
        issue.reason, issue.updated = "reopened", call.world.now()
        call.world.tell_issue(call.repo, call.bearer, "reopened", issue)
    return Reply(200, _shown(call, issue))


# Assignees


@route("GET /repos/{owner}/{repo}/assignees/{assignee}", access.reads("issues"))
def check_assignee(call: Call) -> Reply:
    account = call.world.account(call["assignee"])
    if account is None or not _assignable(call, account, None):
        raise missing()
    return Reply(204)


@route("POST /repos/{owner}/{repo}/issues/{issue_number}/assignees", _WRITE, takes="assignees")
def add_assignees(call: Call) -> Reply:
    """Whoever may not be one is left out without a word."""
    issue = found(call)
    if call.role >= Role.TRIAGE:
        accounts = map(call.world.account, call.body.get("assignees", ()))
        new = [account for account in accounts if account and _assignable(call, account, issue)]
        _set_assignees(call, issue, list(dict.fromkeys([*issue.assignees, *new])))
    return Reply(201, _shown(call, issue))


@route("DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees", _WRITE, takes="assignees")
def remove_assignees(call: Call) -> Reply:
    issue = found(call)
    if call.role >= Role.TRIAGE:
        gone = {login.lower() for login in call.body.get("assignees", ())}
        _set_assignees(call, issue, [each for each in issue.assignees if each.login.lower() not in gone])
    return Reply(200, _shown(call, issue))


def _assignees(call: Call, body: dict[str, Any]) -> list[Account] | None:
    """Those that a body names, who must be assignable; None where it names nobody and takes nobody away."""
    names = body.get("assignees")
    if names is None and "assignee" in body:
        names = [body["assignee"]] if body["assignee"] else []
    if names is None:
        return None
    accounts = []
    for name in names:
        account = call.world.account(name)
        if account is None or not _assignable(call, account, None):
            raise invalid("Issue", "assignees", "invalid", value=name)
        accounts.append(account)
    return accounts


def _assignable(call: Call, account: Account, issue: Issue | None) -> bool:
    """Collaborators are, and whoever has commented; never an App."""
    spoke = issue is not None and account in [comment.author for comment in issue.comments]
    return account.kind is Kind.USER and (account.login in call.repo.collaborators or spoke)


def _set_assignees(call: Call, issue: Issue, accounts: list[Account]) -> None:
    old, issue.assignees = issue.assignees, accounts
    for action, changed in [
        ("assigned", [each for each in accounts if each not in old]),
        ("unassigned", [each for each in old if each not in accounts]),
    ]:
        for account in changed:
            issue.updated = call.world.now()
            call.world.tell_issue(call.repo, call.bearer, action, issue, assignee=call.view.user(account))


def _assigned(issue: Issue, wanted: str) -> bool:
    if wanted in ("none", "*"):
        return bool(issue.assignees) == (wanted == "*")
    return wanted.lower() in [account.login.lower() for account in issue.assignees]


# Labels of an issue


@route("GET /repos/{owner}/{repo}/issues/{issue_number}/labels", _READ)
def list_labels(call: Call) -> Reply:
    return call.page(found(call).labels, call.view.label)


@route("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", _WRITE, takes="labels")
def add_labels(call: Call) -> Reply:
    issue = _triaged(call)
    set_labels(call, issue, [label.name for label in issue.labels] + _names(call))
    return Reply(200, [call.view.label(label) for label in issue.labels])


@route("PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", _WRITE, takes="labels")
def replace_labels(call: Call) -> Reply:
    issue = _triaged(call)
    set_labels(call, issue, _names(call))
    return Reply(200, [call.view.label(label) for label in issue.labels])


@route("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", _WRITE)
def remove_label(call: Call) -> Reply:
    issue, name = _triaged(call), call["name"].lower()
    kept = [label.name for label in issue.labels if label.name.lower() != name]
    if len(kept) == len(issue.labels):
        raise missing("Label does not exist")
    set_labels(call, issue, kept)
    return Reply(200, [call.view.label(label) for label in issue.labels])


def set_labels(call: Call, issue: Issue, names: list[str]) -> None:
    new = {label.id: label for label in (label_named(call, name) for name in names)}
    old, issue.labels = {label.id: label for label in issue.labels}, list(new.values())
    for action, there, others in [("labeled", new, old), ("unlabeled", old, new)]:
        for label in [label for id, label in there.items() if id not in others]:
            issue.updated = call.world.now()
            shown = call.view.label(label)
            call.world.tell_issue(call.repo, call.bearer, action, issue, label=shown)


def _names(call: Call) -> list[str]:
    given = call.request.body
    return [_name(label) for label in (given.get("labels", []) if isinstance(given, dict) else given or [])]


def _name(label: Any) -> str:
    return str(label["name"] if isinstance(label, dict) else label)


def _triaged(call: Call) -> Issue:
    if call.role < Role.TRIAGE:
        raise access.admin_rights()
    return found(call)


# Locks


@route("PUT /repos/{owner}/{repo}/issues/{issue_number}/lock", _LOCK, takes="lock_reason")
def lock_issue(call: Call) -> Reply:
    """No event is told: the schemas have that of issues alone."""
    found(call).locked = True
    return Reply(204)


@route("DELETE /repos/{owner}/{repo}/issues/{issue_number}/lock", _LOCK)
def unlock_issue(call: Call) -> Reply:
    found(call).locked = False
    return Reply(204)


# Comments


@route("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", _READ, asks="since")
def list_comments(call: Call) -> Reply:
    issue, since = found(call), call.query.get("since")
    comments = issue.comments
    if since:
        comments = [comment for comment in comments if comment.updated >= datetime.fromisoformat(since)]
    return call.page(comments, lambda comment: call.view.comment(issue, comment))


@route("GET /repos/{owner}/{repo}/issues/{issue_number}/events", _READ)
def list_events(call: Call) -> Reply:
    """Of all that happens to an issue its new names, the oldest first."""
    return call.page(found(call).renamings, call.view.renaming)


@route("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", _WRITE, takes="body")
def create_comment(call: Call) -> Reply:
    issue, text, now = found(call), call.body["body"], call.world.now()
    if issue.locked and (call.bearer.automatic or call.role < Role.WRITE):
        raise RefusedError(403, "Unable to create comment because issue is locked.")
    if len(text) > _LIMIT:
        message = f"Body is too long (maximum is {_LIMIT} characters)"
        raise invalid("IssueComment", "data", "unprocessable", message)
    if not text.strip():
        raise invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    comment = Comment(call.world.next_id(), call.actor, text, now, now)
    issue.comments.append(comment)
    issue.updated = now
    call.world.tell_comment(call.repo, call.bearer, "created", issue, comment)
    shown = call.view.comment(issue, comment)
    return Reply(201, shown, {"Location": shown["url"]})


@route("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", _READ)
def get_comment(call: Call) -> Reply:
    return Reply(200, call.view.comment(*_found_comment(call)))


@route("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", _WRITE, takes="body")
def edit_comment(call: Call) -> Reply:
    issue, comment = _own_comment(call)
    text, old = call.body["body"], comment.body
    if len(text) > _LIMIT:
        raise invalid("IssueComment", "body", "custom", _too_long("body", _LIMIT))
    if text != old:
        comment.body, comment.updated = text, call.world.now()
        comment.edited = comment.updated
        changes = {"body": {"from": old}}
        call.world.tell_comment(call.repo, call.bearer, "edited", issue, comment, changes=changes)
    return Reply(200, call.view.comment(issue, comment))


@route("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", _WRITE)
def delete_comment(call: Call) -> Reply:
    issue, comment = _own_comment(call)
    issue.comments.remove(comment)
    call.world.tell_comment(call.repo, call.bearer, "deleted", issue, comment)
    return Reply(204)


def _found_comment(call: Call) -> tuple[Issue, Comment]:
    for issue in call.repo.issues.values():
        for comment in issue.comments:
            if str(comment.id) == call["comment_id"]:
                _check_permission(call, issue)
                return issue, comment
    raise missing()


def _own_comment(call: Call) -> tuple[Issue, Comment]:
    """Other people's comments are for those who may write."""
    issue, comment = _found_comment(call)
    if comment.author != call.actor and call.role < Role.WRITE:
        raise access.admin_rights()
    return issue, comment


# What pull requests share


def found(call: Call) -> Issue:
    number = call.params.get("issue_number") or call["pull_number"]
    issue = call.repo.issues.get(int(number))
    if issue is None or issue.moved:
        raise missing()
    if issue.deleted:
        raise RefusedError(410, "This issue was deleted")
    _check_permission(call, issue)
    return issue


def _follow(call: Call) -> None:
    """One that was transferred is somewhere else."""
    issue = call.repo.issues.get(int(call["issue_number"]))
    if issue is not None and issue.moved:
        raise RefusedError(301, "Moved Permanently", headers={"Location": issue.moved})


def _check_permission(call: Call, issue: Issue) -> None:
    """That for pull requests is none for issues."""
    if not isinstance(issue, Pull):
        need = access.reads("issues") if call.request.method == "GET" else _OPEN
        access.authorize(call.token, call.repo, need)


def may_edit(call: Call, issue: Issue) -> None:
    if issue.author != call.actor and call.role < Role.TRIAGE:
        raise access.admin_rights()


def check_text(title: str, body: str | None) -> None:
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    if len(title) > _TITLE_LIMIT:
        raise invalid("Issue", "title", "custom", _too_long("title", _TITLE_LIMIT))
    if len(body or "") > _LIMIT:
        raise invalid("Issue", "body", "custom", _too_long("body", _LIMIT))


def edit_text(call: Call, issue: Issue) -> None:
    """Take over the title and the body of a call, and say what they were."""
    changes = {}
    for name in ("title", "body"):
        old = getattr(issue, name)
        if name in call.body and call.body[name] != old:
            setattr(issue, name, call.body[name])
            if name == "title":
                now = call.world.now()
                issue.renamings.append(Renaming(call.world.next_id(), call.actor, old, issue.title, now))
            changes[name] = {"from": old or ""}
    if changes:
        issue.updated = call.world.now()
        call.world.tell_issue(call.repo, call.bearer, "edited", issue, changes=changes)


def _too_long(field: str, limit: int) -> str:
    return f"{field} is too long (maximum is {limit} characters)"


def _shown(call: Call, issue: Issue) -> dict[str, Any]:
    """With what only answers have."""
    closed_by = call.view.user(issue.closed_by) if issue.closed_by else None
    return {**call.view.issue(issue), "closed_by": closed_by}
