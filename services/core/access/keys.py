"""Named keys: made, found by what a caller has sent, and revoked."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
import unicodedata
from collections.abc import Callable

from services.core.access.ports import KeyStore, NamedKey
from services.core.access.roles import OWNER, Role
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError

NAME_CHARACTERS = 64
MOST_KEYS = 200
# A key's last use is written at most this often; a revoked key is remembered for KEPT_S.
USE_EVERY_S, KEPT_S = 60.0, 90 * 86_400.0
# 128 random bits, in characters that can be typed on any keyboard.
_BYTES = 16
_KEY = re.compile(r"[0-9a-f]{32}")
# Control characters, those that act on a terminal or turn the direction of writing, and halves of pairs.
# Joiners (Cf too) stay: scripts and emoji need them.
_REFUSED, _JOINERS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), "\u200c\u200d"

log = logging.getLogger(__name__)


class Keys:
    """The keys beside the owner's. Calls may raise UnavailableError."""

    def __init__(self, store: KeyStore, *, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        # Rises with each key that this process has revoked.
        self.revocations = 0

    def add(self, name: str, role: Role) -> tuple[NamedKey, str]:
        """Make a key; gives what is kept of it, and the key itself, which nobody can be shown again.

        Raises InputError for what is no name, ConflictError for one that is taken.
        """
        name = checked_name(name)
        if role == Role.OWNER:
            raise InputError("the owner's key is LOOKALIKE_API_KEY; expected the role viewer or staff")
        self._store.forget_revoked(self._clock() - KEPT_S)
        if sum(each.revoked_at_s is None for each in self._store.all()) >= MOST_KEYS:
            raise ConflictError(f"there are {MOST_KEYS} keys, and no more are kept; revoke some first")
        given = secrets.token_hex(_BYTES)
        key = NamedKey(_digest(given), name, name_id(name), role, self._clock())
        if key.name_id == OWNER.name or not self._store.add(key):
            raise ConflictError(f"there is a key named {name!r} already; choose another name, or revoke it")
        return key, given

    def revoke(self, name: str) -> NamedKey:
        """Revoke a key; from now on it fails. Raises MissingError, InputError for the owner's."""
        wanted = name_id(name)
        if wanted == OWNER.name:
            raise InputError("the owner's key can't be revoked; set LOOKALIKE_API_KEY to another")
        revoked = self._store.revoke(wanted, self._clock())
        if revoked is None:
            raise MissingError(f"there is no key named {name[:NAME_CHARACTERS]!r}")
        self.revocations += 1
        return revoked

    def all(self) -> list[NamedKey]:
        """All keys, also those that were revoked lately, in the order in which they were made."""
        return self._store.all()

    def find(self, given: str) -> NamedKey | None:
        """The key that a caller has sent, revoked or not; None for what is none of ours."""
        if not _KEY.fullmatch(given):
            return None
        digest = _digest(given)
        found = self._store.find(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None

    def is_live(self, digest: str) -> bool:
        """Whether a key that was found before is not revoked by now."""
        found = self._store.find(digest)
        return found is not None and found.revoked_at_s is None

    def note_use(self, key: NamedKey) -> None:
        """Keep that a key is used now; a failure is logged, as nobody has to wait for it."""
        now_s = self._clock()
        if key.last_used_at_s is not None and now_s - key.last_used_at_s < USE_EVERY_S:
            return
        try:
            self._store.note_use(key.digest, now_s)
        except UnavailableError as error:
            log.warning("the last use of a key was not kept: %s", error)


def checked_name(name: str) -> str:
    """A key's name as it is kept; raises InputError."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    refused = [each for each in name if unicodedata.category(each) in _REFUSED and each not in _JOINERS]
    if not name_id(name) or refused or len(name) > NAME_CHARACTERS:
        raise InputError(
            f"the name is {name[:NAME_CHARACTERS]!a}; expected 1 to {NAME_CHARACTERS} characters in any "
            "script, without control characters"
        )
    return name


def name_id(name: str) -> str:
    """The form of a name in which two names are the same: of upper and lower case, of any width."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(each for each in folded if each not in _JOINERS).split())


def _digest(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()
