"""Lua scripts that Redis runs in one step; it is given one by its hash, and its text only if it lacks it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoScriptError


class Script:
    """One of the scripts beside this file."""

    def __init__(self, name: str) -> None:
        self._text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: redis.Redis, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """The script's answer, in one round trip; two if Redis was started since it last ran."""
        try:
            return client.evalsha(self._sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return client.eval(self._text, len(keys), *keys, *arguments)
