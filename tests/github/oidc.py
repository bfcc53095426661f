"""Who a job is, as GitHub says in tokens that others can verify.

https://docs.github.com/actions/reference/security/oidc
"""

import base64
import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.github.wire import JSON, RefusedError, Reply, Request, Urls

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# Where GitHub Enterprise Server has it.
_ISSUER = "/_services/token"
_REQUEST = "/_services/pipelines/idtoken"
_SECONDS = 300


@dataclass
class Identities:
    """The issuer; `jobs` has what it says of a job, by the token that the job asks with."""

    jobs: dict[str, JSON] = field(default_factory=dict)

    @cached_property
    def _key(self) -> "RSAPrivateKey":
        # Which takes its time, and most tests ask for none.
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def request_url(self, urls: Urls) -> str:
        """ACTIONS_ID_TOKEN_REQUEST_URL."""
        return f"{urls.html}{_REQUEST}?api-version=2.0"

    def answer(self, request: Request, urls: Urls) -> Reply | None:
        """None for what is not asked of the issuer."""
        issuer = f"{urls.html}{_ISSUER}"
        match request.path:
            case "/_services/token/.well-known/openid-configuration":
                return Reply(200, _configuration(issuer))
            case "/_services/token/.well-known/jwks":
                return Reply(200, {"keys": [self._public()]})
            case path if path == _REQUEST:
                return self._token(request, issuer)
        return None

    def _token(self, request: Request, issuer: str) -> Reply:
        claims = self.jobs.get(request.headers.get("authorization", "").partition(" ")[2])
        if claims is None:
            return RefusedError(401, "Unauthorized").reply
        now = int(time.time())
        times = {"iat": now, "nbf": now - 5, "exp": now + _SECONDS}
        return Reply(
            200, {"value": self._sign({"iss": issuer, "aud": request.query["audience"], **times, **claims})}
        )

    def _public(self) -> JSON:
        numbers = self._key.public_key().public_numbers()
        about = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1"}
        return about | {"n": _base64(_bytes(numbers.n)), "e": _base64(_bytes(numbers.e))}

    def _sign(self, claims: JSON) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        header = {"typ": "JWT", "alg": "RS256", "kid": "1"}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"


def _configuration(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks",
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
    }


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
