"""The import function: archives and exports that an S3 event names, and imports that are asked for."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.api.archive import archive_pieces
from services.bootstrap.lambdas.importing import ImportFunctionParts, import_parts
from services.cli.import_sources import TableChoices, open_source
from services.contract.item_models import ImportAnswer, RefusedItemAnswer
from services.core.errors import InputError
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportCounts, ImportRun
from services.core.importing.item_maker import Job
from services.core.importing.journal import Journal, mark_of
from services.core.importing.store_writer import StoreWriter
from services.lambdas import exchanged
from services.lambdas.hosting import Context, Host, left_s, log_counts
from services.lambdas.s3_events import object_keys

# Time that the last items and the notes about them may take.
ENDING_S = 30.0
# Refused rows that an answer names; the others are counted.
MOST_REFUSED = 1000
_EXPECTED = (
    'expected {"do": "import", "source": "s3://BUCKET/KEY", "map": "title=Name,image=Photo"}, '
    '{"do": "export"} or {"do": "collect"}'
)
_NUMBER = re.compile(r" item ([0-9]+) ")

log = logging.getLogger(__name__)


class ImportFunction:
    """Imports, exports and tidies, one event after another."""

    def __init__(self, parts: ImportFunctionParts) -> None:
        self.parts = parts

    def __call__(self, event: object, context: Context) -> dict[str, Any]:
        """What became of it; raises InputError or UnavailableError if what was asked for can't be done."""
        self.parts.calls.begin(left_s=left_s(context))
        if isinstance(event, Mapping) and "do" in event:
            return self._do(event)
        keys, dropped = object_keys(event, self.parts.exchange.bucket)
        done = [self._take(key, dropped) for key in keys]
        log_counts(dropped)
        return {"done": [each for each in done if each], "dropped": dict(dropped)}

    def _do(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked:
            case {"do": "import", "source": str(source)} if source.startswith("s3://"):
                return self._import(source, token=mark_of(source), choices=_choices(asked))
            case {"do": "export"}:
                name = exchanged.export_name(
                    self.parts.catalogue.store.head(), self.parts.catalogue.store.model()
                )
                return self._export(name)
            case {"do": "collect"}:
                return {"collected": self.parts.unused.collect()}
        raise InputError(f"asked for {str(dict(asked))[:200]!a}; {_EXPECTED}")

    def _take(self, key: str, dropped: Counter[str]) -> dict[str, Any] | None:
        """What became of an object under `work/`, which is then removed; None if it is none of ours."""
        exchange = self.parts.exchange
        name = key.removeprefix(exchange.prefix)
        stem, _, kind = name.removeprefix(exchanged.WORK).rpartition(".")
        if not key.startswith(exchange.prefix + exchanged.WORK) or kind not in ("zip", "export"):
            log.warning("the object %r is no work of ours", key[:200])
            dropped["object"] += 1
            return None
        if kind == "export":
            return self._export(stem, wish=name)
        try:
            found = self._import(exchange.address(name), token=stem)
        except InputError as error:
            found = {"refused_because": str(error)}
            log.warning("the archive %s is refused: %s", name, error)
        if found.get("left") is None:
            exchange.put(exchanged.result(stem), json.dumps(found).encode())
            exchange.delete(name)
        elif found["items"]:
            exchange.touch(name)  # S3 tells of it again, and the next call goes on
        return found

    def _import(self, source: str, *, token: str, choices: TableChoices | None = None) -> dict[str, Any]:
        """The outcome of importing a source; with `left` if the time ran out: the next call goes on."""
        parts, refused = self.parts, list[BadRow]()
        parts.catalogue.check_model()
        writer = StoreWriter(parts.catalogue.pictures, parts.catalogue.store)
        with (
            _open_journal(parts, token) as journal,
            open_source(
                source, parts.settings, model=parts.maker.featurizer.fingerprint, choices=choices
            ) as found,
        ):
            jobs = _WhileThereIsTime(found.jobs, parts)
            run = ImportRun(parts.maker, writer, journal=journal, on_refused=refused.append)
            counts = run.run(jobs)
            if jobs.ran_out:
                parts.exchange.put(exchanged.journal(token), journal.content())
            else:
                parts.exchange.delete(exchanged.journal(token))
        left = max(0, found.total - jobs.given)
        log.info("%s: %d items imported, %d refused, %d left", source, counts.kept, counts.refused, left)
        answer = _answer(counts, refused, parts.catalogue.store.head())
        return answer | {"left": left} if jobs.ran_out else answer

    def _export(self, name: str, *, wish: str | None = None) -> dict[str, Any]:
        """Write the archive of all items under the name of a change; the wish for it is removed."""
        parts = self.parts
        parts.exchange.put_pieces(
            exchanged.export(name), archive_pieces(parts.catalogue.store, parts.catalogue.pictures)
        )
        if wish is not None:
            parts.exchange.delete(wish)
        return {"exported": parts.exchange.address(exchanged.export(name))}


def _choices(asked: Mapping[str, Any]) -> TableChoices:
    """A person's choices for a table; raises InputError."""
    columns, encoding = asked.get("map", ""), asked.get("encoding", "")
    if not isinstance(columns, str) or not isinstance(encoding, str):
        raise InputError("`map` and `encoding` are no text; expected such as title=Name,image=Photo, cp1252")
    return TableChoices(encoding, [columns] if columns else [])


class _WhileThereIsTime:
    """The jobs of an import until little time is left."""

    def __init__(self, jobs: Iterable[Job | BadRow], parts: ImportFunctionParts) -> None:
        self._jobs, self._calls = jobs, parts.calls
        self.given = 0
        self.ran_out = False

    def __iter__(self) -> Iterator[Job | BadRow]:
        for job in self._jobs:
            if self._calls.left_s() < ENDING_S:
                self.ran_out = True
                return
            self.given += 1
            yield job


class _KeptJournal(Journal):
    """A journal in the function's own folder, which is copied from and to S3."""

    def content(self) -> bytes:
        """What it holds."""
        return self._path.read_bytes()

    def finish(self) -> None:
        """Stay, because the time may have run out."""

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._path.unlink(missing_ok=True)  # by now the copy in S3 is what the next call goes on from


def _open_journal(parts: ImportFunctionParts, token: str) -> _KeptJournal:
    path = parts.settings.data_dir / "imports" / f"{mark_of(token)}.journal"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parts.exchange.get(exchanged.journal(token)) or b"")
    return _KeptJournal(path)


def _answer(counts: ImportCounts, refused: list[BadRow], head: int) -> dict[str, Any]:
    named = [
        RefusedItemAnswer(item=_number(row) or place, reason=f"{row.where}: {row.reason}")
        for place, row in enumerate(refused[:MOST_REFUSED], 1)
    ]
    answer = ImportAnswer(
        items=counts.kept + counts.before,
        anew=counts.made_again,
        change=counts.change or head,
        refused=named,
    )
    return answer.model_dump()


def _number(row: BadRow) -> int | None:
    """The number of a row's item in its archive, None if it is of no archive."""
    found = _NUMBER.search(row.where)
    return int(found[1]) if found else None


handler = Host("import", lambda: ImportFunction(import_parts()))
handler.warm_up()
