"""Rules as a person writes them, and what they choose."""

from __future__ import annotations

import pytest

from services.core.acting.rules import Rules
from services.core.errors import InputError
from services.core.records import Verdict

MUGS, TEA = {"category": "Mugs"}, {"category": "Tea & coffee, loose"}


def chosen(rules: str, verdict: str, metadata: dict[str, str] | None = None, camera: str = "till-1") -> bool:
    return Rules.parse(rules).fit(verdict=Verdict(verdict), metadata=metadata or {}, camera=camera)


@pytest.mark.parametrize(
    ("rules", "verdict", "metadata", "camera", "fits"),
    [
        ("match", "match", {}, "cam-1", True),
        ("match", "unsure", {}, "cam-1", False),
        ("match, UNSURE", "unsure", {}, "cam-1", True),
        ("match unsure", "unsure", {}, "cam-1", True),
        ("camera=till-1", "match", {}, "till-1", True),
        ("camera=till-1", "no_match", {}, "till-1", False),
        ("camera=till-1", "match", {}, "Till-1", False),
        ("match camera=till-*", "match", {}, "till-22", True),
        ("match camera=till-*", "match", {}, "old-till-2", False),
        ("match camera=a.c", "match", {}, "abc", False),
        ("match category=mugs", "match", MUGS, "cam-1", True),
        ("match category=mugs", "match", {}, "cam-1", False),
        ('match category=Bowls,"tea & coffee, LOOSE"', "match", TEA, "cam-1", True),
        ('match category="Tea & coffee"', "match", TEA, "cam-1", False),
        ("match category=mugs camera=a", "match", MUGS, "b", False),
        ("match category=mugs camera=a; unsure", "unsure", {}, "b", True),
        ("match;;", "match", {}, "b", True),
        ("no_match camera=repair", "no_match", {}, "repair", True),
    ],
)
def test_a_rule_chooses_by_verdict_category_and_camera(
    rules: str, verdict: str, metadata: dict[str, str], camera: str, fits: bool
) -> None:
    assert chosen(rules, verdict, metadata, camera) is fits


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("", "there is no rule"),
        (" ; ", "there is no rule"),
        ("matches", "'matches' is no verdict (match, unsure, no_match)"),
        ("match colour=red", "'colour' is nothing to choose by"),
        ("match camera=", "the end stands where a word was expected"),
        ("match camera=;unsure", "the end stands where a word was expected"),
        ("match =x", "'match' is nothing to choose by"),
        ("match,,unsure", "',' stands where a word was expected"),
        ('match category="Mugs', "a quotation mark in '\"Mugs' has no second one"),
        ("no_match category=Mugs", "no_match has no item, and so no category"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_was_expected(rules: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        Rules.parse(rules)
    assert says in str(refused.value)
    assert "expected" in str(refused.value)
