"""The page's texts: each language has all of them, and the code asks for no missing one."""

from __future__ import annotations

import re

import pytest

from tests.page.texts import LANGUAGES, WEB, marked, placeholders, table

OTHERS = [language for language in LANGUAGES if language != "en"]
# The forms of Intl.PluralRules; a million, which has its own in Spanish and French, is said as `other`.
FORMS = {
    "en": ("one", "other"),
    "de": ("one", "other"),
    "es": ("one", "other"),
    "fr": ("one", "other"),
    "ja": ("other",),
    "ko": ("other",),
}
# What everybody sees first, and no two languages say alike.
SEEN_FIRST = (
    "nav.history",
    "nav.review",
    "help.button",
    "ask.button",
    "own.start",
    "verdict.match",
    "verdict.no_match",
    "judge.yes",
    "teach.button",
    "notice.waiting.title",
    "catalogue.add",
    "history.filters",
    "item.save",
    "item.delete",
)


def counted(texts: dict[str, str]) -> set[str]:
    """Keys of texts for a number of things, without their forms."""
    return {stem for key in texts if (stem := key.removesuffix(".one")) != key and f"{stem}.other" in texts}


def has(texts: dict[str, str], key: str) -> bool:
    """Whether a key, or the plural forms of one that counts, exist."""
    return key in texts or f"{key}.other" in texts


def test_the_languages_that_can_be_chosen_are_those_that_there_are() -> None:
    source = (WEB / "js" / "base" / "text.js").read_text()
    found = re.search(r"LANGUAGES = {(.+?)}", source, re.DOTALL)
    assert found
    assert sorted(re.findall(r"(\w+):", found[1])) == LANGUAGES == sorted(FORMS)


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_has_every_text_in_the_forms_that_it_needs(language: str) -> None:
    english, other = table("en"), table(language)
    stems = counted(english)
    plain = set(english) - {f"{stem}.{form}" for stem in stems for form in FORMS["en"]}
    assert set(other) == plain | {f"{stem}.{form}" for stem in stems for form in FORMS[language]}
    assert [key for key, words in other.items() if not words.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_fills_in_and_marks_what_the_english_one_does(language: str) -> None:
    english, other = table("en"), table(language)
    singular = {f"{stem}.one" for stem in counted(english)}
    rest = [key for key in other if key not in singular]
    assert [key for key in rest if placeholders(english[key]) != placeholders(other[key])] == []
    given = {key: placeholders(english[key.removesuffix("one") + "other"]) for key in singular & set(other)}
    assert [key for key, values in given.items() if placeholders(other[key]) - values - {"n"}] == []
    assert [key for key in other if marked(english[key]) != marked(other[key])] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_seen_first_is_not_left_in_english(language: str) -> None:
    english, other = table("en"), table(language)
    assert [key for key in SEEN_FIRST if other[key] == english[key]] == []


def test_the_french_singular_gives_the_number_since_it_is_said_of_0_too() -> None:
    french = table("fr")
    assert [key for key in counted(french) if "1" in french[f"{key}.one"]] == []


def test_every_key_that_the_page_asks_for_exists() -> None:
    texts = table("en")
    kinds = {key.partition(".")[0] for key in texts}
    html = (WEB / "index.html").read_text()
    asked = set(re.findall(r'data-(?:text|label|title|placeholder)="([^"]+)"', html))
    begun: set[str] = set()
    for path in (WEB / "js").rglob("*.js"):
        source = path.read_text()
        asked |= set(re.findall(r'\bt(?:Count)?\("([^"]+)"', source))
        # A key that is chosen first and used later, such as t(wrong ? "key.wrong" : "key.why").
        words = re.findall(r'"([a-z]\w*(?:\.\w+)+)"', source)
        asked |= {key for key in words if key.partition(".")[0] in kinds and not key.endswith(".js")}
        begun |= set(re.findall(r"\bt(?:Count)?\(`([\w.]+\.)\$\{", source))
    assert {key for key in asked if not has(texts, key)} == set()
    assert {start for start in begun if not any(key.startswith(start) for key in texts)} == set()
