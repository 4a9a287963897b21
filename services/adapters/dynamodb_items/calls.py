"""Calls to the table: limits of a request, throttling, and errors without secrets."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.adapters.dynamodb_items.layout import Row
from services.core.errors import UnavailableError

# Maximum number of rows in one request of each kind; a transaction has at most 4 MB too.
GET, WRITE, TRANSACTION = 100, 25, 100
_TRY_AGAIN = {
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}
# Codes of a request of which nothing was done, because the table's present throughput is used up.
_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.02, 1.0


class ConditionError(Exception):
    """A write or a whole transaction was refused, because of another writer or because of throttling."""


class Patience:
    """Random waits that grow, so that colliding writers get out of step; after `for_s` it gives up."""

    def __init__(self, place: str, *, for_s: float) -> None:
        self._place = place
        self._ends_s = time.monotonic() + for_s
        self._wait_s = _FIRST_WAIT_S

    def wait(self, why: str) -> None:
        """Wait before the next try, or raise UnavailableError, with `why`, when the time is over."""
        if time.monotonic() > self._ends_s:
            raise UnavailableError(f"{self._place}: {why}")
        time.sleep(random.uniform(0, self._wait_s))
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S)


class Table:
    """One table by a botocore client; its reads are strongly consistent. Calls raise UnavailableError."""

    def __init__(self, client: Any, name: str, *, patience_s: float, what: str = "item store") -> None:
        """`what` it is, for errors."""
        self._client = client
        self._name = name
        self._patience_s = patience_s
        self._place = f"{what} dynamodb://{name}"

    def patience(self) -> Patience:
        """New patience, for another series of tries."""
        return Patience(self._place, for_s=self._patience_s)

    def get(self, key: Row) -> Row | None:
        """A row."""
        found: Row | None = self._call("get_item", TableName=self._name, Key=key, ConsistentRead=True).get(
            "Item"
        )
        return found

    def get_many(self, keys: Sequence[Row]) -> Iterator[Row]:
        """Those rows of distinct keys that exist, in any order."""
        wanted, patience = list(keys), self.patience()
        while wanted:
            now, wanted = wanted[:GET], wanted[GET:]
            request = {self._name: {"Keys": now, "ConsistentRead": True}}
            answer = self._call("batch_get_item", RequestItems=request)
            yield from answer["Responses"].get(self._name, [])
            # The keys beyond 16 MB, or beyond the table's present throughput.
            left = answer["UnprocessedKeys"].get(self._name, {}).get("Keys", [])
            patience = self._after(patience, len(now), len(left), "reads are throttled")
            wanted = left + wanted

    def query(
        self, partition: str, *, after: str = "", at_once: int | None = None, **more: Any
    ) -> Iterator[Row]:
        """The rows of a partition behind a sort key, in their order; read as they are taken.

        `at_once` is the number of rows a request; `more` a FilterExpression with its names and `values`.
        """
        condition, values = "pk = :pk", {":pk": {"S": partition}, **more.pop("values", {})}
        if after:
            condition, values = f"{condition} AND sk > :after", {**values, ":after": {"S": after}}
        request: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            **more,
        }
        if at_once is not None:
            request["Limit"] = at_once
        while True:
            answer = self._call("query", **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put_many(self, rows: Sequence[Row]) -> None:
        """Write rows, without a transaction."""
        self._write([{"PutRequest": {"Item": row}} for row in rows])

    def delete_many(self, keys: Sequence[Row]) -> None:
        """Delete rows, without a transaction."""
        self._write([{"DeleteRequest": {"Key": key}} for key in keys])

    def _write(self, requests: list[dict[str, Any]]) -> None:
        patience = self.patience()
        while requests:
            now, requests = requests[:WRITE], requests[WRITE:]
            answer = self._call("batch_write_item", RequestItems={self._name: now})
            left = answer["UnprocessedItems"].get(self._name, [])
            patience = self._after(patience, len(now), len(left), "writes are throttled")
            requests = left + requests

    def _after(self, patience: Patience, asked: int, left: int, why: str) -> Patience:
        """New patience after a request that achieved something; else the same one, after a wait."""
        if left < asked:
            return self.patience()
        patience.wait(why)
        return patience

    def transact(self, writes: Sequence[dict[str, Any]]) -> None:
        """Do all writes (TransactWriteItems without the table's name), or none and raise ConditionError."""
        actions = [
            {kind: {"TableName": self._name, **action} for kind, action in write.items()} for write in writes
        ]
        self._call("transact_write_items", TransactItems=actions)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Another request of the table; raises ConditionError if its condition fails."""
        return self._call(operation, TableName=self._name, **request)

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        patience = self.patience()
        while True:
            try:
                answer: dict[str, Any] = getattr(self._client, operation)(**request)
            except ClientError as error:
                codes = _codes(error)
                # The client has tried a few times already; an import goes on for longer than a burst lasts.
                if codes <= _THROTTLED:
                    patience.wait(f"{operation}: {', '.join(codes)}")
                    continue
                # The error may hold the session's token: that of a wrong signature repeats the headers.
                told = ", ".join(sorted(codes))
            except BotoCoreError as error:
                told = type(error).__name__
            else:
                return answer
            raise UnavailableError(f"{self._place}: {operation}: {told}") from None


def _codes(error: ClientError) -> set[str]:
    """The codes of a failed request; raises ConditionError for a condition that failed, and for a transaction
    that may be tried again.
    """
    if reasons := error.response.get("CancellationReasons"):
        codes = {reason.get("Code", "?") for reason in reasons} - {"None"}
        if codes <= _TRY_AGAIN:
            raise ConditionError from None
        return codes
    code = error.response["Error"].get("Code", "?")
    if code == "ConditionalCheckFailedException":
        raise ConditionError from None
    return {code}
