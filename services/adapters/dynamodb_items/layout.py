"""The one table: its keys, and how it is created.

| partition | sort key | what |
|---|---|---|
| `head` | `head` | cursor, count, model and identity of the catalogue; `revision` counts its writes |
| `items` | the item's id | its facts, its feedback, and the place of its vectors by model |
| `changes` | the newest cursor in it, 20 digits | the ids that one write changed, in their order |
| `write-check` | `write-check` | nothing: the health check writes it |
| `feedback` | the record's id, 20 digits | the last word on a match record |
| `keys` | a key's SHA-256 | a named key, without the key itself |
| `key-names` | the SHA-256 of a name | the key that has the name and is not revoked |
| `audit` | the line's id | who has changed what |
| `vectors/` + the item's id | a new version for each write, and the part | its vectors and points |
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

# A row as botocore gives and takes it: {"name": {"S": "text"}, …}.
Row = dict[str, Any]
HEAD, ITEMS, CHANGES, FEEDBACK, VECTORS = "head", "items", "changes", "feedback", "vectors/"
WRITE_CHECK = "write-check"
KEYS, KEY_NAMES, AUDIT = "keys", "key-names", "audit"
SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_MAX_KEY_BYTES = 1024


def create_table(client: Any, name: str) -> None:
    """Create the table unless it exists, and return when it takes requests; errors are botocore's."""
    with contextlib.suppress(client.exceptions.ResourceInUseException):
        client.create_table(TableName=name, **SCHEMA)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def key(partition: str, sort: str) -> Row:
    """A row's key."""
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def item_keys(ids: Iterable[str]) -> list[Row]:
    """The keys of these items' rows, each once, without ids that cannot be a key."""
    return [key(ITEMS, each) for each in dict.fromkeys(ids) if 0 < len(each.encode()) <= _MAX_KEY_BYTES]


def number_key(number: int) -> str:
    """A sort key whose order is that of the numbers from 0."""
    return f"{number:020}"


def id_of(row: Row) -> str:
    """The id of an item's row."""
    return str(row["sk"]["S"])


def text_of(row: Row, name: str) -> str | None:
    """A text attribute, None if it has none."""
    text: str | None = row.get(name, {}).get("S")
    return text


def int_of(row: Row, name: str) -> int:
    """A whole number, 0 if it has none."""
    try:
        return int(row.get(name, {}).get("N", 0))
    except ValueError:
        return 0


def texts(values: Sequence[str]) -> dict[str, Any]:
    """A list of texts as an attribute."""
    return {"L": [{"S": value} for value in values]}


def number(value: int) -> dict[str, str]:
    """A whole number as an attribute."""
    return {"N": str(value)}
