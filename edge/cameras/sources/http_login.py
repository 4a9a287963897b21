"""The login at an HTTP camera: basic or digest (RFC 7617, 7616), whichever it asks for."""

import base64
import hashlib
import secrets
from http.client import HTTPMessage
from urllib.request import parse_http_list, parse_keqv_list

# From the best to the worst; a challenge that names none means MD5.
_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}


class HttpLogin:
    """Answers a camera's question for user and password, then gives the answer with each request."""

    def __init__(self, user: str, password: str) -> None:
        # Headers are given and taken as Latin-1, one character a byte; the bytes of a login are UTF-8.
        self._user, self._password = (text.encode().decode("latin-1") for text in (user, password))
        self._is_basic = False
        self._asked: dict[str, str] | None = None
        self._count = 0

    def heed(self, headers: HTTPMessage) -> bool:
        """Remember what an answer 401 asks for; False when it cannot be given."""
        asked = [text.partition(" ") for text in headers.get_all("WWW-Authenticate", [])]
        self._is_basic = any(scheme.lower() == "basic" for scheme, _, _ in asked)
        digests = [_read(parts) for scheme, _, parts in asked if scheme.lower() == "digest"]
        known = [digest for digest in digests if digest["algorithm"] in _HASHES and digest.get("nonce")]
        self._asked = min(known, key=lambda digest: list(_HASHES).index(digest["algorithm"]), default=None)
        self._count = 0
        return bool(self._user) and (self._is_basic or self._asked is not None)

    def headers(self, target: str) -> dict[str, str]:
        """The headers of a GET of this path and query; none as long as the camera did not ask."""
        if self._asked is not None:
            return {"Authorization": self._digest(self._asked, target)}
        if self._is_basic:
            token = base64.b64encode(f"{self._user}:{self._password}".encode("latin-1")).decode()
            return {"Authorization": f"Basic {token}"}
        return {}

    def _digest(self, asked: dict[str, str], target: str) -> str:
        def digest(*parts: str) -> str:
            return _HASHES[asked["algorithm"]](":".join(parts).encode("latin-1")).hexdigest()

        realm, nonce = asked.get("realm", ""), asked["nonce"]
        secret, wanted = digest(self._user, realm, self._password), digest("GET", target)
        said = {"username": self._user, "realm": realm, "nonce": nonce, "uri": target}
        bare = {"algorithm": asked["algorithm"]}
        if "qop" in asked:
            self._count += 1
            count, own = f"{self._count:08x}", secrets.token_hex(8)
            said |= {"cnonce": own, "response": digest(secret, nonce, count, own, "auth", wanted)}
            bare |= {"qop": "auth", "nc": count}
        else:
            said["response"] = digest(secret, nonce, wanted)
        if "opaque" in asked:
            said["opaque"] = asked["opaque"]
        quoted = [f'{name}="{value}"' for name, value in said.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in bare.items()])


def _read(parts: str) -> dict[str, str]:
    found = parse_keqv_list([part for part in parse_http_list(parts) if part.partition("=")[2]])
    named = {name.lower(): value for name, value in found.items()}
    return named | {"algorithm": named.get("algorithm", "MD5").upper()}
