"""The review inbox: showings that were unsure or wrong, and what people say that they were."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from services.core.errors import InputError, MissingError
from services.core.history.history import History
from services.core.history.ports import Wanted, all_of
from services.core.history.showing import Review, Said, SaidOf, Showing
from services.core.ports import ItemStore

# Showings of the inbox that are given at once, the newest ones.
MOST = 500
# What waits for a review.
WAITING = Wanted(review=Review.OPEN, ended=True)
# The outcomes that may name an item.
_WITH_ITEM = (Review.ITEM, Review.NEW_ITEM)


@dataclass(frozen=True, slots=True)
class Alike:
    """Open showings with the same two likeliest items, newest first; they are probably of one thing."""

    id: str
    showings: tuple[Showing, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """The newest open showings in groups, the group of the newest first, and the number of all."""

    groups: tuple[Alike, ...]
    open: int


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews of showings; each can be taken back. Calls may raise UnavailableError."""

    history: History
    items: ItemStore

    def inbox(self, *, most: int = MOST) -> Inbox:
        """What waits for a review: showings that have ended, were unsure or wrong, and were not reviewed."""
        groups: dict[str, list[Showing]] = {}
        for showing in islice(all_of(self.history.store, WAITING), most):
            groups.setdefault(_group_of(showing), []).append(showing)
        alike = tuple(Alike(each, tuple(showings)) for each, showings in groups.items())
        return Inbox(alike, self.history.store.count(WAITING))

    def review(self, ids: Sequence[int], outcome: Review | None, item: str | None = None) -> list[Showing]:
        """Say of showings what they were, or with None take that back; gives them as they are then.

        The items' counts of right and wrong follow. Raises InputError for an outcome with an item that it
        can't have, or without one, and MissingError if none of the showings is there any more.
        """
        self._check(outcome, item)
        found = self.history.store.get_many(ids)
        if not found:
            raise MissingError("none of these showings is in the history (any more)")
        said = {each.id: _said(each, outcome, item) for each in found}
        self.history.store.say(said)
        for showing in found:
            self._count(showing, said[showing.id])
        return self.history.store.get_many(ids)

    def _check(self, outcome: Review | None, item: str | None) -> None:
        if outcome == Review.OPEN:
            raise InputError("`is` is 'open'; expected item, new_item, not_in_catalogue, ignored or null")
        if item is not None and outcome not in _WITH_ITEM:
            raise InputError(f"`item` is {item!r}; expected it only if `is` is item or new_item")
        if item is None and outcome == Review.ITEM:
            raise InputError("`item` is missing; expected the id of the item that it is")
        if item is not None and self.items.facts([item])[0] is None:
            raise InputError(f"there is no item {item!r} in the catalogue (any more); expected the id of one")

    def _count(self, showing: Showing, said: Said) -> None:
        """Let the items count what was said, in place of what was said of this showing before."""
        if showing.item is None or said.record is None:
            return
        really = said.reviewed_item if said.feedback == SaidOf.WRONG else showing.item.id
        shown = None if said.feedback is None else showing.item.id
        self.items.feedback(said.record, shown=shown, really=None if shown is None else really)


def said_by(record: int, *, right: bool | None, item: str | None) -> Said:
    """What feedback on a match record says of its showing; with None for `right` nothing any more."""
    if right is None:
        return Said()
    named = item is not None and not right
    return Said(
        feedback=SaidOf.RIGHT if right else SaidOf.WRONG,
        review=Review.ITEM if named else None,
        reviewed_item=item if named else None,
        record=record,
        before=SaidOf.WRONG if named else None,
    )


def _said(showing: Showing, outcome: Review | None, item: str | None) -> Said:
    """What is said of a showing after a review, or after it was taken back."""
    now = showing.said
    record = now.record if now.record is not None else showing.id
    if outcome is None:
        return Said(feedback=now.before if now.review else now.feedback, record=record)
    before = now.before if now.review else now.feedback
    return Said(_feedback(showing, outcome, item), outcome, item, record, before)


def _feedback(showing: Showing, outcome: Review, item: str | None) -> SaidOf | None:
    """The feedback on a showing's match that an outcome means."""
    if outcome == Review.IGNORED or showing.item is None:
        return showing.said.feedback
    return SaidOf.RIGHT if item == showing.item.id else SaidOf.WRONG


def _group_of(showing: Showing) -> str:
    likeliest = sorted(each.id for each in showing.guesses[:2])
    return hashlib.sha256("\n".join(likeliest).encode()).hexdigest()[:12]
