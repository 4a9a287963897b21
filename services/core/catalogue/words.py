"""Words for a search by text: the form in which they are compared, and those that are nearly a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.core.domain import is_text
from services.core.errors import InputError

MAX_WORDS = 20
# Accents of European scripts. The marks of others are letters: が without its mark is か.
_ACCENTS = re.compile("[\u0300-\u036f]")
# What ends a word of the vocabulary; the searched text has \x1f between its values.
_BETWEEN = re.compile(r"[\s\d\x00-\x1f!-/:-@\[-`{-~]+")
# Letters of a word that may have one wrong, or two; the longest of the vocabulary.
_ONE_WRONG, _TWO_WRONG, _LONGEST = 4, 8, 32
# Words that one is taken for at most.
_MOST_NEAR = 20


def word_key(text: str) -> str:
    """A text in the form in which words are looked for in it: no case, no accents, Hangul as its letters.

    So a Korean word of two syllables has four letters or more, and is found while its last syllable is typed.
    """
    whole = unicodedata.normalize("NFKC", text).casefold().replace("\0", " ")
    return _ACCENTS.sub("", unicodedata.normalize("NFD", whole))


def words_of(q: str) -> list[str]:
    """The words that are looked for, each once; raises InputError for too many."""
    if not is_text(q):
        raise InputError(f"the search {q[:40]!a} holds characters that are no text")
    words = list(dict.fromkeys(word_key(q).split()))
    if len(words) > MAX_WORDS:
        raise InputError(f"the search has {len(words)} words; expected at most {MAX_WORDS}")
    return words


def vocabulary_of(key: str) -> set[str]:
    """The words of a text, given as its key, that may be meant by one with a typo."""
    return {word for word in _BETWEEN.split(key) if _ONE_WRONG - 1 <= len(word) <= _LONGEST}


class Vocabulary:
    """The words of a catalogue, to find what a word with a typo means."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)
        self._letters: NDArray[np.uint32] = np.zeros((len(self._words), _LONGEST), np.uint32)
        for row, word in enumerate(self._words):
            self._letters[row, : len(word)] = [ord(letter) for letter in word]

    def near(self, word: str) -> Sequence[str]:
        """The words that begin nearly like this one, the nearest alone.

        A letter may be wrong, missing, too many or swapped with the next; two letters of eight or more.
        """
        wrong = 0 if len(word) < _ONE_WRONG else 1 if len(word) < _TWO_WRONG else 2
        if not wrong or not self._words or any(letter.isdigit() for letter in word):
            return ()
        away = self._away(word, wrong)
        least = int(away.min())
        if least > wrong:
            return ()
        return [self._words[row] for row in np.flatnonzero(away == least)[:_MOST_NEAR]]

    def _away(self, word: str, wrong: int) -> NDArray[np.int8]:
        """The number of wrong letters against the nearest beginning of each word, [words]."""
        columns = min(len(word) + wrong, _LONGEST)
        # A row of the table of edit distances for each letter; the last two are needed.
        before: list[NDArray[np.int8]] = []
        above = [np.full(len(self._words), column, np.int8) for column in range(columns + 1)]
        for place, letter in enumerate(word):
            row = [np.full(len(self._words), place + 1, np.int8)]
            for column in range(columns):
                is_other = self._letters[:, column] != ord(letter)
                least = np.minimum(above[column] + is_other, np.minimum(above[column + 1], row[column]) + 1)
                if place and column:
                    is_swapped = (self._letters[:, column] == ord(word[place - 1])) & (
                        self._letters[:, column - 1] == ord(letter)
                    )
                    least = np.where(is_swapped, np.minimum(least, before[column - 1] + 1), least)
                row.append(least.astype(np.int8))
            before, above = above, row
        nearest: NDArray[np.int8] = np.min(above[1:], axis=0)
        return nearest
