"""Every error that people are meant to read.

Each says in one line what happened and to what, and in a second what to do about it. They are caught in
one place, `flux.running`, which prints them and turns `exit_code` into the process's.
"""

from typing import TypeVar


class FluxError(Exception):
    """It could not be done: exit code 1."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RequestError(FluxError):
    """The request was wrong, and nothing was written: exit code 2."""

    exit_code = 2


class SettingError(RequestError):
    """A setting is unknown or has a value that is not allowed."""


class OutdatedSettingsError(FluxError):
    """The settings of the checkout are older than those of the tip."""


class ContentError(FluxError):
    """An artifact holds something that a cluster would not get as people see it."""


class GitError(FluxError):
    """Git could not answer. `status` is its exit code, where it has ended with one."""

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class HistoryMissingError(GitError):
    """The clone is shallow and the history that decides could not be fetched."""


class TipUnknownError(GitError):
    """The tip of the branch could not be fetched from its home."""


class RegistryError(FluxError):
    """A registry refused a request or answered what no registry should."""


class RegistryUnreachableError(RegistryError):
    """A registry does not answer at all."""


class TagElsewhereError(RegistryError):
    """A tag was moved, and soon after it was somewhere else."""


class TooLargeError(RegistryError):
    """A registry has more under a name than it may, or than it says."""


class BlobMissingError(RegistryError):
    """A registry does not have a blob that its own manifest names."""


class UnvouchedError(FluxError):
    """No release on the branch's line made the image that the registry has for a version."""


class UnpublishedError(FluxError):
    """The registry does not have a version."""


class SigningError(FluxError):
    """An image could not be signed."""


class SignatureError(FluxError):
    """An image has no valid signature, and needs one."""


class ForgeError(FluxError):
    """The forge refused a request, or is not to be reached."""


class ForgeRefusedError(ForgeError):
    """The forge answered, and will not do it."""


class IssueError(FluxError):
    """A promotion issue is gone, or has a body that cannot be one's."""


class DesiredStateError(FluxError):
    """The desired state at the tip has errors."""


class EngineError(FluxError):
    """There is no container engine, or it refused a request."""


Error = TypeVar("Error", bound=FluxError)


def without_frames(error: Error) -> Error:
    """The error for a result to hold. Frames, and the errors behind it, would keep images in memory."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
