"""The SageMaker index's promises beyond the ports: metrics, batches, retrainings, and errors in words."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.adapters.sagemaker_index import KnnEndpoint, SageMakerIndex
from services.core.domain import IndexChange
from services.core.errors import UnavailableError
from services.core.search.distances import Distances
from services.core.search.sketches import sketched
from services.core.search.trained import RetrainedError, TrainedIndex
from tests import aws
from tests.adapters.endpoints import TestEndpoint, served_endpoint
from tests.adapters.test_knn_index import exact, ids
from tests.fakes import MODEL, filled, make_item, vectors

DIM = 16
ITEMS = {f"item-{number}": vectors(number % 3 + 1, seed=number, dim=DIM) for number in range(12)}
QUERIES = vectors(5, seed=99, dim=DIM)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TestEndpoint]:
    with served_endpoint() as running:
        yield running


@pytest.fixture
def runtime() -> Any:
    """A client that reaches nothing."""
    return aws.client("sagemaker-runtime", "http://127.0.0.1:9")


def trained(**more: Any) -> TrainedIndex:
    facts = tuple(make_item(item_id).facts for item_id in ITEMS)
    counts = np.array([len(each) for each in ITEMS.values()], np.int64)
    sketches = sketched(np.concatenate(list(ITEMS.values())))
    return replace(TrainedIndex("t-1", MODEL, DIM, 0, facts, counts, sketches), **more)


def index_on(client: Any, found: TrainedIndex, **more: Any) -> SageMakerIndex:
    return SageMakerIndex(KnnEndpoint(client, "endpoint"), found, FaissIndex(dim=DIM), **more)


def answer_in(meaning: Distances, query: Vectors) -> dict[str, Any]:
    """The built-in algorithm's answer to a query, in its order: of inner products the worst first."""
    rows = np.concatenate(list(ITEMS.values()))
    cosines = rows @ query
    values = {
        Distances.L2: np.linalg.norm(rows - query, axis=1),
        Distances.SQUARED_L2: ((rows - query) ** 2).sum(axis=1),
        Distances.COSINE: cosines,
        Distances.COSINE_DISTANCE: 1 - cosines,
        Distances.INNER_PRODUCT: cosines,
    }[meaning]
    nearest = np.argsort(-cosines)[:8]
    order = nearest[np.argsort(values[nearest])]
    labels = [float(row) for row in order]
    return {"predicted_label": labels[0], "distances": values[order].tolist(), "labels": labels}


def answers(stubber: Stubber, predictions: object, *, variant: str = "t-1") -> None:
    """Let the next call be answered so."""
    content = (
        predictions if isinstance(predictions, bytes) else json.dumps({"predictions": predictions}).encode()
    )
    body = StreamingBody(io.BytesIO(content), len(content))
    response = {"Body": body, "ContentType": "application/json", "InvokedProductionVariant": variant}
    stubber.add_response("invoke_endpoint", response)


@pytest.mark.parametrize("meaning", Distances)
@pytest.mark.parametrize("way", ["of the training", "of the setting"])
def test_the_best_comes_first_whatever_the_endpoint_measures(
    runtime: Any, meaning: Distances, way: str
) -> None:
    by_training = way == "of the training"
    index = index_on(
        runtime,
        trained(distances=meaning if by_training else Distances.L2),
        distances=None if by_training else meaning,
    )
    with Stubber(runtime) as stubber:
        answers(stubber, [answer_in(meaning, query) for query in QUERIES])
        for query, found in zip(QUERIES, index.search(QUERIES, k=4), strict=True):
            expected = exact(ITEMS, query, k=4)
            assert ids(found) == [item_id for item_id, _ in expected]
            np.testing.assert_allclose([n.distance for n in found], [d for _, d in expected], atol=1e-5)


def test_many_vectors_are_asked_for_in_batches(runtime: Any) -> None:
    index = SageMakerIndex(KnnEndpoint(runtime, "endpoint", batch=2), trained(), FaissIndex(dim=DIM))
    with Stubber(runtime) as stubber:
        for count in (2, 2, 1):
            answers(stubber, [answer_in(Distances.L2, QUERIES[0])] * count)
        assert len(index.search(QUERIES, k=3)) == 5
        stubber.assert_no_pending_responses()


def test_an_answer_of_few_rows_gives_the_items_that_it_has(endpoint: TestEndpoint) -> None:
    index = endpoint.index(endpoint.train(ITEMS, dim=DIM, rows_answered=4))
    (found,) = index.search(QUERIES[:1], k=10)
    assert 1 < len(found) <= 4
    filled(index, {found[0].item_id: None})
    (rest,) = index.search(QUERIES[:1], k=10)
    assert ids(rest) == ids(found)[1:]
    assert len(index) == len(ITEMS) - 1


def test_without_trained_items_left_the_endpoint_is_not_asked(runtime: Any) -> None:
    index = index_on(runtime, trained())
    filled(index, dict.fromkeys(ITEMS) | {"new": ITEMS["item-3"]})
    assert (ids(index.search(ITEMS["item-3"][:1], k=3)[0]), len(index)) == (["new"], 1)


def test_a_step_is_seen_whole_or_not_at_all(endpoint: TestEndpoint) -> None:
    seen = list[list[str]]()

    class SearchedDelta(FaissIndex):
        """A delta in whose steps somebody searches, when it is written and the rest is not."""

        def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
            super().apply(changes, cursor=cursor)
            seen.append(ids(index.search(ITEMS["item-2"][:1], k=3)[0]))

    found = endpoint.train({name: ITEMS[name] for name in ("item-1", "item-2")}, dim=DIM)
    index = SageMakerIndex(KnnEndpoint(endpoint.client, "endpoint"), found, SearchedDelta(dim=DIM))
    filled(index, {"item-2": None, "other": ITEMS["item-2"]})
    assert seen == [["item-2", "item-1"]]
    assert ids(index.search(ITEMS["item-2"][:1], k=3)[0]) == ["other", "item-1"]


def test_an_endpoint_that_was_trained_again_is_told(endpoint: TestEndpoint) -> None:
    before = endpoint.index(endpoint.train(ITEMS, dim=DIM))
    after = endpoint.train({"other": ITEMS["item-1"]}, dim=DIM)
    with pytest.raises(RetrainedError, match=f"it serves training {after.training} by now") as caught:
        before.search(QUERIES, k=3)
    assert caught.value.training == after.training
    assert ids(endpoint.index(after).search(QUERIES[:1], k=3)[0]) == ["other"]


def test_a_wrong_dimension_is_said_before_and_by_the_endpoint(endpoint: TestEndpoint) -> None:
    index = endpoint.index(endpoint.train(ITEMS, dim=DIM))
    with pytest.raises(UnavailableError, match=f"vectors of 3 numbers; it was trained on {DIM}"):
        index.search(vectors(dim=3), k=3)
    wrong = {"item-0": vectors(dim=3)}
    other = endpoint.index(replace(endpoint.train(wrong, dim=3), dim=DIM))
    with pytest.raises(UnavailableError, match=r"refuses the vectors with status 400: vectors of 16 numbers"):
        other.search(QUERIES, k=3)


@pytest.mark.parametrize(
    ("code", "message", "why"),
    [
        ("ValidationError", "Endpoint endpoint of account 1 not found.", "there is no such endpoint"),
        ("ThrottlingException", "Rate exceeded", "it is throttled"),
        ("AccessDeniedException", "User is not authorized", "allow sagemaker:InvokeEndpoint"),
        ("ServiceUnavailable", "", "it is not available now"),
        ("ModelNotReadyException", "", "its model is not ready yet"),
        ("InvalidSignatureException", "x-amz-security-token:SECRET", "InvalidSignatureException$"),
    ],
)
def test_a_refusal_is_said_in_words(runtime: Any, code: str, message: str, why: str) -> None:
    with Stubber(runtime) as stubber:
        stubber.add_client_error("invoke_endpoint", code, message)
        with pytest.raises(UnavailableError, match=f"^k-NN endpoint endpoint: .*{why}") as caught:
            index_on(runtime, trained()).search(QUERIES, k=3)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("predictions", "why"),
    [
        (b"<html>", "is none of k-NN"),
        (b'{"predictions": [{"predicted_label": 1.0}]}', "is none of k-NN"),
        (b"[" * 100_000, "is none of k-NN"),
        ([], "0 predictions for 1 vectors"),
        ([{"labels": [3.0, 500.0], "distances": [0.1, 0.2]}], "labels up to 500; expected row numbers below"),
        ([{"labels": [-1.0], "distances": [0.1]}], "expected row numbers below"),
        ([{"labels": [1.0, 2.0], "distances": [0.1]}], "it was trained by something else"),
        ([{"labels": ["mug"], "distances": [0.1]}], "is none of k-NN"),
    ],
)
def test_an_answer_that_is_none_of_ours_is_refused(runtime: Any, predictions: object, why: str) -> None:
    with Stubber(runtime) as stubber:
        answers(stubber, predictions)
        with pytest.raises(UnavailableError, match=why):
            index_on(runtime, trained()).search(QUERIES[:1], k=3)


def test_an_endpoint_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = aws.client("sagemaker-runtime", url, read_timeout=0.2)
        with pytest.raises(UnavailableError, match=r"does not answer \(ReadTimeoutError\)"):
            index_on(client, trained()).search(QUERIES, k=3)


def test_an_address_where_nothing_listens_is_unavailable(runtime: Any) -> None:
    with pytest.raises(UnavailableError, match=r"does not answer \(EndpointConnectionError\)"):
        index_on(runtime, trained()).search(QUERIES, k=3)
