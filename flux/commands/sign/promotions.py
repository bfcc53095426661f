"""Signs the images that environments have. A cluster can then require a promoted image."""

from flux.monorepo.desired import desired_at
from flux.monorepo.drift import Looked, look
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.signers import SigningWorkflows, find_signers
from flux.monorepo.signing import Accept, SignAction, Signature, Signing, Subject, is_built_from_git, sign_all
from flux.monorepo.vouching import Vouching
from flux.promotion.plan import Action as Became
from flux.working import Working, silently

OFF = "`sign_promotions` is off: nothing is signed as promoted"


def sign_promotions(monorepo: Monorepo, working: Working = silently, accept: Accept | None = None) -> Signing:
    """Sign each image that an environment has as desired, once for each phase.

    If the setting is off, nothing is signed. Raises RequestError outside of Actions or if there is no cosign,
    and DesiredStateError if the desired state has errors.
    """
    if not monorepo.settings.sign_promotions:
        return Signing([], OFF)
    signers = find_signers(monorepo, SigningWorkflows.PROMOTE)
    desired = desired_at(monorepo, monorepo.tip)
    vouching = Vouching(monorepo)
    looked = look(monorepo, list(desired), desired, vouching=vouching, thorough=True)
    signing = sign_all(
        monorepo, find_promoted(monorepo, looked), signers, accept or is_built_from_git(vouching), working
    )
    return Signing([*signing.signatures, *_unseen(monorepo, looked)])


def find_promoted(monorepo: Monorepo, looked: list[Looked]) -> list[Subject]:
    """Return the images that environments have as desired, each with its version and phase."""
    phases = {name: phase.name for phase in monorepo.settings.phases for name in phase.environments}
    found: dict[tuple[str, ...], Subject] = {}
    for step in (step for each in looked for step in each.steps):
        if step.action is Became.UNCHANGED and step.version and step.new:
            said = {"artifact": step.artifact, "version": step.version, "phase": phases[step.environment]}
            subject = Subject(f"{monorepo.registry.name(step.artifact)}@{step.new}", said)
            found.setdefault((subject.reference, *said.values()), subject)
    return list(found.values())


def _unseen(monorepo: Monorepo, looked: list[Looked]) -> list[Signature]:
    """Return a failure for each artifact whose registry does not answer."""
    failed = {step.artifact: step for each in looked for step in each.steps if step.action is Became.FAILED}
    return [
        Signature(name, monorepo.registry.name(name), SignAction.FAILED, step.error)
        for name, step in failed.items()
    ]
