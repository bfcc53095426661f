"""Why a version may not go to an environment now, as data. `texts.gates` has the words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from flux.promotion.clusters.health import Health
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.window import Window


class Gate(StrEnum):
    """What a version has to pass."""

    FREEZE = "freeze"
    ORDER = "order"
    FAILURE = "failure"
    ROLLBACK = "rollback"
    HEALTH = "health"
    SOAK = "soak"
    WINDOW = "window"


@dataclass(frozen=True)
class _Reason:
    """`until` is when this may change; None if time does not decide."""

    gate: ClassVar[Gate]

    @property
    def until(self) -> float | None:
        return None


@dataclass(frozen=True)
class UnderFreeze(_Reason):
    """A freeze holds the phase."""

    gate: ClassVar[Gate] = Gate.FREEZE
    freeze: Freeze

    @property
    def until(self) -> float | None:
        return self.freeze.until


@dataclass(frozen=True)
class Behind(_Reason):
    """An environment of the phase before does not have the version."""

    gate: ClassVar[Gate] = Gate.ORDER
    environment: str
    version: str


@dataclass(frozen=True)
class Fails(_Reason):
    """A cluster of an earlier environment fails with the version."""

    gate: ClassVar[Gate] = Gate.FAILURE
    environment: str
    version: str
    health: Health


@dataclass(frozen=True)
class RolledBack(_Reason):
    """An earlier environment was rolled back from the version."""

    gate: ClassVar[Gate] = Gate.ROLLBACK
    environment: str
    version: str


@dataclass(frozen=True)
class PhaseRolledBack(_Reason):
    """The phase was rolled back from this version, and the other one is not higher."""

    gate: ClassVar[Gate] = Gate.ROLLBACK
    phase: str
    version: str


@dataclass(frozen=True)
class NotRunning(_Reason):
    """The clusters of an environment of the phase before do not all report that they run the version."""

    gate: ClassVar[Gate] = Gate.HEALTH
    environment: str
    version: str
    health: Health


@dataclass(frozen=True)
class Soaks(_Reason):
    """The version has run for too short a time in the phase before. `ends` is when it has run long enough;
    None if it does not run there any more."""

    gate: ClassVar[Gate] = Gate.SOAK
    environment: str
    version: str
    soak: float
    ran: float
    ends: float | None

    @property
    def until(self) -> float | None:
        return self.ends


@dataclass(frozen=True)
class OutsideWindow(_Reason):
    """No window of the phase is open. `opens` is when one is; None if none opens within two weeks."""

    gate: ClassVar[Gate] = Gate.WINDOW
    windows: tuple[Window, ...]
    opens: float | None

    @property
    def until(self) -> float | None:
        return self.opens


Reason = UnderFreeze | Behind | Fails | RolledBack | PhaseRolledBack | NotRunning | Soaks | OutsideWindow
