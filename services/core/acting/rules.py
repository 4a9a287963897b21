"""Rules that choose the showings to act on, and the text in which a person writes them.

Such a text: `match camera=till-* category=Mugs,"Tea & coffee"; unsure camera=repair`. Rules are parted by `;`
and a showing is chosen if one of them fits. A rule has verdicts, and words that narrow it; all must fit, each
by one of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from services.core.domain import fold
from services.core.errors import InputError
from services.core.records import Verdict

EXPECTED = (
    "expected rules such as `match`, `match,unsure camera=till-1` or `match category=Mugs; unsure camera=t-*`"
)
CATEGORY, CAMERA = "category", "camera"
# A value in double quotes may hold anything else.
_TOKEN = re.compile(r'\s*(?:"([^"]*)"|([^\s;,="]+)|([;,=]))')


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; without values of a kind any fits. `*` in a value stands for any characters.

    Categories are folded: they are compared without upper and lower case.
    """

    verdicts: frozenset[Verdict]
    categories: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()

    def fits(self, *, verdict: Verdict, category: str | None, camera: str) -> bool:
        """Whether it chooses a showing; `category` is its item's, folded, None if it has none."""
        return (
            verdict in self.verdicts
            and _one_fits(self.cameras, camera)
            and _one_fits(self.categories, category)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of which one has to fit."""

    each: tuple[Rule, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the rules in a person's text; raises InputError, which says what is wrong and expected."""
        parts = [part for part in _parted(list(_tokens(text))) if part]
        if not parts:
            raise InputError(f"there is no rule; {EXPECTED}")
        return cls(tuple(_rule(part) for part in parts))

    def fit(self, *, verdict: Verdict, metadata: Mapping[str, str], camera: str) -> bool:
        """Whether one of them chooses a showing with this item's metadata."""
        category = fold(metadata[CATEGORY]) if CATEGORY in metadata else None
        return any(rule.fits(verdict=verdict, category=category, camera=camera) for rule in self.each)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_sign: bool = False

    def is_(self, sign: str) -> bool:
        return self.is_sign and self.text == sign


def _tokens(text: str) -> Iterator[_Token]:
    text, at = text.rstrip(), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InputError(f"a quotation mark in {text[at:][:40].strip()!a} has no second one; {EXPECTED}")
        quoted, bare, sign = found.groups()
        yield _Token(sign, is_sign=True) if sign else _Token(quoted if quoted is not None else bare)
        at = found.end()


def _parted(tokens: list[_Token]) -> Iterator[list[_Token]]:
    part: list[_Token] = []
    for token in tokens:
        if token.is_(";"):
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _rule(tokens: list[_Token]) -> Rule:
    verdicts: list[str] = []
    values: dict[str, list[str]] = {CATEGORY: [], CAMERA: []}
    while tokens:
        word = _value(tokens)
        if tokens and tokens[0].is_("="):
            if word.lower() not in values:
                raise InputError(f"{word[:40]!a} is nothing to choose by; {EXPECTED}")
            tokens.pop(0)
            values[word.lower()] += _list(tokens)
        else:
            verdicts.append(word)
            if tokens and tokens[0].is_(","):
                tokens.pop(0)
                verdicts += _list(tokens)
    chosen = frozenset(map(_verdict, verdicts)) or frozenset({Verdict.MATCH})
    if chosen == {Verdict.NO_MATCH} and values[CATEGORY]:
        raise InputError("no_match has no item, and so no category; expected a rule without `category=`")
    return Rule(chosen, tuple(map(fold, values[CATEGORY])), tuple(values[CAMERA]))


def _list(tokens: list[_Token]) -> list[str]:
    found = [_value(tokens)]
    while tokens and tokens[0].is_(","):
        tokens.pop(0)
        found.append(_value(tokens))
    return found


def _value(tokens: list[_Token]) -> str:
    if not tokens or tokens[0].is_sign:
        found = repr(tokens[0].text) if tokens else "the end"
        raise InputError(f"{found} stands where a word was expected; {EXPECTED}")
    return tokens.pop(0).text


def _verdict(word: str) -> Verdict:
    try:
        return Verdict(word.lower())
    except ValueError:
        raise InputError(f"{word[:40]!a} is no verdict (match, unsure, no_match); {EXPECTED}") from None


def _one_fits(patterns: tuple[str, ...], value: str | None) -> bool:
    if not patterns:
        return True
    if value is None:
        return False
    return any(_fits(pattern, value) for pattern in patterns)


def _fits(pattern: str, value: str) -> bool:
    likeness = ".*".join(map(re.escape, pattern.split("*")))
    return re.fullmatch(likeness, value, re.DOTALL) is not None
