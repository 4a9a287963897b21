"""The history as a file."""

import csv
import io
import json

from services.api.history import showing_answer
from services.api.history_export import as_csv, as_json
from services.core.history.showing import showing_of
from tests.fake_history import record

ROWS = [
    showing_answer(showing_of(record(1, 0, "=HYPERLINK(1)"))),
    showing_answer(showing_of(record(2, 1, 'a "mug",\n2'))),
    showing_answer(showing_of(record(3, 2, None, "no_match"))),
]


def test_a_table_is_read_again_and_computes_nothing() -> None:
    table = list(csv.DictReader(io.StringIO("".join(as_csv(ROWS)))))
    assert [row["item"] for row in table] == ["'=HYPERLINK(1)", 'a "mug",\n2', ""]
    assert table[0]["runners_up"] == "bowl 0.05"
    assert (table[0]["began_at"], table[0]["price"]) == ("2025-11-29T13:30:00.000Z", "3.50")


def test_json_is_one_object_also_of_nothing() -> None:
    assert json.loads("".join(as_json(ROWS))) == {"showings": [each.model_dump() for each in ROWS]}
    assert json.loads("".join(as_json([]))) == {"showings": []}
