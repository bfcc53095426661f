"""Collects what is needed, beside the edit, to decide about an edit of a promotion issue."""

from collections.abc import Sequence

from flux.forge.forge import Issue
from flux.monorepo.freezes import frozen
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import has_artifact
from flux.promotion import altered
from flux.promotion.convergence import Side
from flux.promotion.ledger import Decision
from flux.promotion.outcome import Edit, PhaseOrder, Situation
from flux.promotion.proposal import Promotion
from flux.proposals.authority import Authority
from flux.proposals.changed_since import changed_since


def situation_of(
    monorepo: Monorepo,
    authority: Authority,
    issue: Issue,
    edit: Edit,
    promotion: Promotion,
    known: Sequence[Decision],
    main: Side,
    rules: PhaseOrder,
) -> Situation:
    """Return the situation of an edit. The forge and git are asked only for what the edit needs.

    `known` are the recorded decisions, `main` is the desired state at the tip. Raises ForgeError if a
    permission cannot be looked up.
    """
    changed = altered.changed_boxes(edit, rules)
    names = changed.keys() | altered.lost_boxes(edit, rules)
    refused = authority.refusals(edit.sender, names) if names else {}
    cold = frozen(
        monorepo, [e for e, tick in changed.items() if tick and e not in refused], monorepo.forge.now
    )
    refused |= cold
    again = edit.rerun_by is not None
    held = authority.refusals(edit.answers, names - refused.keys()) if again else {}
    if not changed:
        return Situation(issue.body, refused=refused)
    ticks = rules.members(name for name, tick in changed.items() if tick and name not in refused)
    late = changed_since(monorepo, promotion.artifact, main.commit, ticks, edit.time)
    return Situation(
        issue.body,
        main.of(promotion.artifact),
        refused=refused,
        changed=late,
        known=known,
        held=held,
        is_gone=is_gone(monorepo, promotion),
    )


def is_gone(monorepo: Monorepo, promotion: Promotion) -> bool:
    """Whether the tip no longer has the artifact."""
    return not has_artifact(monorepo, promotion.artifact)
