"""The table: a row a showing by its id, four indexes by place in time, and how it is created.

The indexes hold keys, and what filters need: a row that goes on is one write, as they stay as they are. Their
answers may lag behind; the rows are then read by their ids, as they are now.

| index | partition | what |
|---|---|---|
| `newest` | `kind` | all showings |
| `camera` | `thing` | those of a camera |
| `item` | `item` | those taken for an item |
| `marked` | `mark` | `open`: those that last; `waiting`: those that have ended and wait for a review |
"""

from __future__ import annotations

import contextlib
from typing import Any

# Index: its partition's attribute. All are sorted by `place`.
INDEXES = {"newest": "kind", "camera": "thing", "item": "item", "marked": "mark"}
SHOWING, OPEN, WAITING = "showing", "open", "waiting"
FILTERED = ("thing", "item", "verdict", "feedback", "said")
# When DynamoDB deletes a row by itself, in Unix seconds; within two days after it.
GONE_AT = "gone_at"
_TEXTS = ("place", *INDEXES.values())
SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "N"},
        *({"AttributeName": name, "AttributeType": "S"} for name in _TEXTS),
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": index,
            "KeySchema": [
                {"AttributeName": name, "KeyType": "HASH"},
                {"AttributeName": "place", "KeyType": "RANGE"},
            ],
            "Projection": {
                "ProjectionType": "INCLUDE",
                "NonKeyAttributes": [each for each in FILTERED if each != name],
            },
        }
        for index, name in INDEXES.items()
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def create_table(client: Any, name: str) -> None:
    """Create the table unless it exists, and return when it takes requests; errors are botocore's."""
    with contextlib.suppress(client.exceptions.ResourceInUseException):
        client.create_table(TableName=name, **SCHEMA)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with contextlib.suppress(client.exceptions.ClientError):  # it is on
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": GONE_AT}
        )
