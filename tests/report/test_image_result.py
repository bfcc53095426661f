"""One artifact's image, in rows and in JSON."""

from flux.errors import RegistryError
from flux.report.image_result import image_document
from flux.report.record import error_document
from tests.report.showing import COMMIT, DIGEST, FAILED, PUSHED


def test_the_document() -> None:
    assert image_document(PUSHED) == {
        "artifact": "app",
        "repository": "ghcr.io/o/app",
        "digest": DIGEST,
        "diff_id": None,
        "revision": f"main@sha1:{COMMIT}",
        "tags": ["cccccccccccc", "latest"],
        "action": "pushed",
    }


def test_the_document_of_one_that_failed_says_why() -> None:
    document = image_document(FAILED[0])
    assert (document["action"], document["error"]) == (
        "failed",
        error_document(RegistryError("the registry broke off", "again")),
    )
    assert "error" not in image_document(PUSHED)
