"""What a result keeps of an image that failed."""

import gc
import weakref

from flux.errors import FluxError, RegistryError
from flux.monorepo.image_result import ImageAction, ImageResult

RESULT = ImageResult("app", "ghcr.io/o/app", "main@sha1:" + "c" * 40)


class Large:
    """Stands for an image in memory."""


def push(large: Large) -> None:
    try:
        raise OSError(f"broken pipe, of {id(large)}")
    except OSError as error:
        raise RegistryError("the registry broke off", "again") from error


def test_a_failure_keeps_its_error() -> None:
    error = RegistryError("the registry broke off", "again")
    failed = RESULT.failed(error)
    assert failed.error is error
    assert failed.action is ImageAction.FAILED


def test_a_failure_keeps_nothing_of_the_image_in_memory() -> None:
    large = Large()
    watched = weakref.ref(large)
    try:
        push(large)
    except FluxError as error:
        failed = RESULT.failed(error)
    del large
    gc.collect()
    assert watched() is None
    assert str(failed.error) == "the registry broke off"
