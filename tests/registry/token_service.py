"""A token service for registries to send people to; docker-registry's `auth: token` trusts what it signs.

https://distribution.github.io/distribution/spec/auth/token/, spec/auth/oauth/ and spec/auth/jwt/
"""

import base64
import ipaddress
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.servers import Answer, Request, Server, serve

_SERVICE = "registry.test"
_ISSUER = "tests"
# docker-registry lets a token live that much longer than it says.
_LEEWAY = 60


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for loopback, and its key, as PEM files."""

    path: Path
    key_path: Path
    key: ec.EllipticCurvePrivateKey
    der: bytes

    @property
    def files(self) -> tuple[Path, Path]:
        return self.path, self.key_path


def make_certificate(folder: Path, *names: str) -> Certificate:
    """For 127.0.0.1, or for these names instead."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "flux-artifacts tests")])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives = alternatives or [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(path, key_path, key, certificate.public_bytes(serialization.Encoding.DER))


@dataclass(frozen=True)
class User:
    """Who may ask: with a password, or with a refresh token instead."""

    name: str
    password: str
    refresh_token: str
    rights: frozenset[str] = frozenset({"pull", "push"})


@dataclass
class TokenService:
    """`anonymous` is what people without credentials may. A token lives `expires_in` seconds, whatever is
    said of it in `says`; who asks for more than is granted gets less, or with `strict` nothing."""

    certificate: Certificate
    server: Server
    users: list[User]
    anonymous: frozenset[str] = frozenset()
    expires_in: int = 300
    says: dict[str, Any] | None = None
    strict: bool = False
    tokens: list[str] = field(default_factory=list)

    @property
    def auth(self) -> dict[str, Any]:
        """The section `auth` of docker-registry's configuration."""
        return {
            "token": {
                # By its name, since flux asks no address that is a private one.
                "realm": f"http://{self.server.host.replace('127.0.0.1', 'localhost')}/token",
                "service": _SERVICE,
                "issuer": _ISSUER,
                "rootcertbundle": str(self.certificate.path),
            }
        }

    @property
    def secrets(self) -> list[str]:
        """Whatever nobody may ever read."""
        pairs = [f"{user.name}:{user.password}" for user in self.users]
        return [
            *(user.password for user in self.users),
            *(user.refresh_token for user in self.users),
            *(base64.b64encode(pair.encode()).decode() for pair in pairs),
            *self.tokens,
        ]

    def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            asked = parse_qs(request.body.decode())
            if asked.get("grant_type") != ["refresh_token"]:
                return _json(400, {"error": "unsupported_grant_type"})
            user = next((u for u in self.users if asked.get("refresh_token") == [u.refresh_token]), None)
            if user is None:
                return _json(400, {"error": "invalid_grant"})
        else:
            asked = parse_qs(urlsplit(request.path).query)
            user = self._user(request.headers.get("Authorization"))
            if user is None and "Authorization" in request.headers:
                return _json(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]})
        if asked.get("service") != [_SERVICE]:
            return _json(400, {"errors": [{"code": "UNSUPPORTED", "message": "no such service"}]})
        rights = user.rights if user else self.anonymous
        access = [_access(scope, rights) for scope in asked.get("scope", [])]
        if self.strict and any(granted["refused"] for granted in access):
            return _json(403 if user else 401, {"errors": [{"code": "DENIED", "message": "not granted"}]})
        token = self._sign(user.name if user else "", access)
        self.tokens.append(token)
        said = {"expires_in": self.expires_in} if self.says is None else self.says
        return _json(200, {"access_token" if request.method == "POST" else "token": token, **said})

    def _user(self, authorization: str | None) -> User | None:
        scheme, _, pair = (authorization or "").partition(" ")
        name, _, password = base64.b64decode(pair if scheme == "Basic" else "").decode().partition(":")
        return next((user for user in self.users if (user.name, user.password) == (name, password)), None)

    def _sign(self, subject: str, access: list[dict[str, Any]]) -> str:
        now = math.ceil(time.time())  # no token dies before its time
        header = {
            "typ": "JWT",
            "alg": "ES256",
            "x5c": [base64.b64encode(self.certificate.der).decode()],
        }
        claims = {
            "iss": _ISSUER,
            "sub": subject,
            "aud": _SERVICE,
            "exp": now + self.expires_in - _LEEWAY,
            "nbf": now - 3600,
            "iat": now,
            "jti": str(len(self.tokens)),
            "access": [{name: a[name] for name in ("type", "name", "actions")} for a in access],
        }
        signed = f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self.certificate.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_base64(r.to_bytes(32) + s.to_bytes(32))}"


@contextmanager
def run_token_service(folder: Path, *users: User) -> Iterator[TokenService]:
    services: list[TokenService] = []
    with serve(lambda request: services[0].answer(request)) as server:
        services.append(TokenService(make_certificate(folder), server, list(users)))
        yield services[0]


def _access(scope: str, rights: frozenset[str]) -> dict[str, Any]:
    kind, _, rest = scope.partition(":")
    name, _, asked = rest.rpartition(":")
    actions = [action for action in asked.split(",") if action in rights]
    return {"type": kind, "name": name, "actions": actions, "refused": actions != asked.split(",")}


def _json(status: int, document: object) -> Answer:
    return Answer(status, json.dumps(document).encode(), [("Content-Type", "application/json")])


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
