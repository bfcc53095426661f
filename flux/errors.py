"""All errors that users read.

The first line of an error says what happened and where. The second line says what to do about it.
Only `flux.running` catches them: it prints them, and the process ends with their `exit_code`.
Each kind has a heading in docs/troubleshooting.md.
"""

from typing import TypeVar


class FluxError(Exception):
    """The command failed: exit code 1."""

    heading = "It could not be done"
    """The heading in docs/troubleshooting.md that explains the error. Each kind of error has one."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def anchor(self) -> str:
        """The anchor of the heading in a link."""
        return self.heading.lower().replace(" ", "-")


class RequestError(FluxError):
    """The request is wrong, and nothing was written: exit code 2."""

    heading = "The request is wrong"
    exit_code = 2


class SettingError(RequestError):
    """A setting is unknown or has a value that is not allowed."""

    heading = "A setting is wrong"


class OutdatedSettingsError(FluxError):
    """The settings of the checkout are older than those of the tip."""

    heading = "The settings have changed on the branch"


class ContentError(FluxError):
    """An artifact has a file that would be different in a cluster than in git."""

    heading = "An artifact cannot be published"


class GitError(FluxError):
    """Git could not answer. `status` is its exit code, if it has one."""

    heading = "Git could not answer"

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class HistoryMissingError(GitError):
    """The clone is shallow, and the history that is needed could not be fetched."""

    heading = "The history is missing"


class TipUnknownError(GitError):
    """The tip of the branch could not be fetched from its remote repository."""

    heading = "The tip is unknown"


class RegistryError(FluxError):
    """A registry refused a request, or its answer was not valid."""

    heading = "The registry refused a request"


class RegistryUnreachableError(RegistryError):
    """A registry does not answer at all."""

    heading = "The registry does not answer"


class TagElsewhereError(RegistryError):
    """A tag was moved, and soon after it pointed to another image."""

    heading = "A tag is somewhere else"


class TooLargeError(RegistryError):
    """An answer of a registry is larger than allowed, or than declared."""

    heading = "A registry sent too much"


class BlobMissingError(RegistryError):
    """A registry does not have a blob that its own manifest names."""

    heading = "A blob is missing"


class UnvouchedError(FluxError):
    """The registry has an image for a version that no release on the branch's line made."""

    heading = "An image is not what git builds"


class UnpublishedError(FluxError):
    """The registry does not have a version."""

    heading = "A version is not published"


class SigningError(FluxError):
    """An image could not be signed."""

    heading = "An image could not be signed"


class SignatureError(FluxError):
    """An image needs a valid signature and has none."""

    heading = "A signature is missing"


class ForgeError(FluxError):
    """The forge refused a request, or cannot be reached."""

    heading = "The forge could not be asked"


class ForgeRefusedError(ForgeError):
    """The forge refused."""

    heading = "The forge refused"


class IssueError(FluxError):
    """A promotion issue is gone, or its body is not valid."""

    heading = "A promotion issue cannot be read"


class DesiredStateError(FluxError):
    """The desired state at the tip has errors."""

    heading = "The desired state has errors"


class HeldError(FluxError):
    """The rules do not let a version go to an environment yet."""

    heading = "A version has to wait"


class EngineError(FluxError):
    """There is no container engine, or it refused a request."""

    heading = "There is no container engine"


Error = TypeVar("Error", bound=FluxError)


def without_frames(error: Error) -> Error:
    """Return the error without its traceback and causes. In a result, these would keep images in memory."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
