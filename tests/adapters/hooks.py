"""Handlers that look into the calls of an AWS client, and change them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def hooked(client: Any, event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """Call `handler` at an event of a client's calls, such as before-call.dynamodb.GetItem."""
    client.meta.events.register(event, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(event, handler)


@contextmanager
def before(client: Any, operation: str, *actions: Callable[[], object]) -> Iterator[None]:
    """Run one of these before each of a client's next calls of a DynamoDB operation."""
    left = iter(actions)

    def handler(**_: Any) -> None:
        if action := next(left, None):
            action()

    with hooked(client, f"before-call.dynamodb.{operation}", handler):
        yield


def rows(client: Any, table: str, partition: str) -> list[dict[str, Any]]:
    """All rows of a table whose partition begins with a prefix."""
    pages = client.get_paginator("scan").paginate(TableName=table)
    return [row for page in pages for row in page["Items"] if row["pk"]["S"].startswith(partition)]
