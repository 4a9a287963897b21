"""The page's translations of the server's and the cameras' English sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.page.texts import LANGUAGES, WEB, marked, placeholders, table

OTHERS = [language for language in LANGUAGES if language != "en"]


def sentences() -> Iterator[str]:
    """Each text in our code, with {} for each value."""
    for folder in ("services", "edge", "common"):
        for path in (WEB.parent / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
                if isinstance(node, ast.JoinedStr):
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
                    )


@pytest.mark.parametrize("language", OTHERS)
def test_each_is_a_sentence_that_is_really_said(language: str) -> None:
    told = table(language, export="told")
    said = set(sentences())
    assert [each for each in told if re.sub(r"\{\w+\}", "{}", each) not in said] == []
    assert len(told) > 80


@pytest.mark.parametrize("language", OTHERS)
def test_each_fills_in_what_the_sentence_gives(language: str) -> None:
    told = table(language, export="told")
    assert {each: words for each, words in told.items() if placeholders(words) - placeholders(each)} == {}
    assert [each for each, words in told.items() if set(marked(words)) - set(marked(each))] == []
    assert [each for each, words in told.items() if not words.strip()] == []


def test_all_languages_have_words_for_the_same_sentences() -> None:
    tables = {language: set(table(language, export="told")) for language in OTHERS}
    every = set().union(*tables.values())
    assert {language: missing for language, told in tables.items() if (missing := every - told)} == {}
