"""The sample catalogue: loaded and removed as often as one likes; nobody's own items are touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from services.core.catalogue.picture_key import picture_key
from services.core.domain import ItemFacts, RevisionError
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportCounts, ImportRun, Written
from services.core.importing.item_maker import Job, Made, Maker
from services.core.ports import ItemStore, PictureStore
from services.core.revision import NO_ITEM, content_revision


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """The samples in the catalogue, in items.

    `present` of `total` are there, `changed` of them were changed by a person; `own` are all other items.
    """

    total: int
    present: int
    changed: int
    own: int


class Samples:
    """Loads the samples that are missing, and removes those that nobody changed.

    A sample is changed once its words or pictures are others than those that came with it, also by a picture
    that a camera took. Such an item is a person's own work: it is neither replaced nor removed.
    """

    def __init__(self, jobs: Sequence[Job], store: ItemStore, pictures: PictureStore, maker: Maker) -> None:
        """`jobs` are all samples, each with its id."""
        self._jobs, self._store, self._pictures, self._maker = jobs, store, pictures, maker

    @property
    def ids(self) -> list[str]:
        """The ids of all samples."""
        return [_id_of(job) for job in self._jobs]

    def counts(self) -> SampleCounts:
        """The samples in the store; raises UnavailableError."""
        before = self._store.count()
        found = self._found()
        changed = sum(not self._is_as_it_came(facts) for facts in found.values())
        # Samples that come or go meanwhile must not count as a person's own.
        others = min(before, self._store.count()) - len(found)
        return SampleCounts(len(self._jobs), len(found), changed, max(0, others))

    def load(
        self, *, stopping: Callable[[], bool] = lambda: False, on_step: Callable[[], None] = lambda: None
    ) -> list[BadRow]:
        """Add the samples that are missing, until `stopping`; gives those that could not be added.

        `on_step` is called whenever some were written. Raises UnavailableError.
        """
        there = self._found()
        refused: list[BadRow] = []

        def missing() -> Iterator[Job]:
            for job in self._jobs:
                if stopping():
                    return
                if job.draft.id not in there:
                    yield job

        def stepped(_counts: ImportCounts) -> None:
            on_step()

        writer = _AddingWriter(self._pictures, self._store)
        run = ImportRun(self._maker, writer, on_step=stepped, on_refused=refused.append)
        run.run(missing())
        return refused

    def remove(
        self, *, stopping: Callable[[], bool] = lambda: False, on_step: Callable[[], None] = lambda: None
    ) -> list[BadRow]:
        """Delete the samples that nobody changed, until `stopping`; refuses none.

        `on_step` is called after each one. Raises UnavailableError.
        """
        for facts in self._found().values():
            if stopping():
                break
            if self._is_as_it_came(facts):
                with suppress(RevisionError):  # somebody has changed it just now
                    self._store.delete(facts.id, expected=facts.revision)
                on_step()
        return []

    def _found(self) -> dict[str, ItemFacts]:
        facts = self._store.facts(self.ids) if self._jobs else []
        return {each.id: each for each in facts if each is not None}

    def _is_as_it_came(self, facts: ItemFacts) -> bool:
        return facts.revision == self._revisions[facts.id]

    @cached_property
    def _revisions(self) -> Mapping[str, str]:
        return revisions_of(self._jobs, self._maker.suffix)


def revisions_of(jobs: Sequence[Job], suffix: Callable[[bytes], str]) -> dict[str, str]:
    """The revision that each sample has when it was just loaded, by its id; `suffix` is that of a Maker."""
    return {_id_of(job): _revision_of(job, suffix) for job in jobs}


def _id_of(job: Job) -> str:
    assert job.draft.id is not None
    return job.draft.id


def _revision_of(job: Job, suffix: Callable[[bytes], str]) -> str:
    draft = job.draft
    keys = [picture_key(content, suffix=suffix(content)) for content in job.load()]
    return content_revision(title=draft.title, link=draft.link, metadata=draft.metadata, pictures=keys)


class _AddingWriter:
    """An ImportWriter that adds items and replaces none."""

    def __init__(self, pictures: PictureStore, store: ItemStore) -> None:
        self._pictures, self._store = pictures, store

    def write(self, made: Sequence[Made]) -> Written:
        change = 0
        for each in made:
            for key, content in each.pictures.items():
                self._pictures.put(content, suffix=key[64:])
            with suppress(RevisionError):  # somebody has added an item of this id meanwhile
                change = self._store.put(each.item, expected=NO_ITEM)
        return Written(change)

    def settle(self, change: int) -> None:
        """Return at once: a search follows the store."""
