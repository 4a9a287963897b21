"""A training against the SageMaker of moto, somebody else's reading of AWS: made, found again, removed.

Its UpdateEndpoint answers 500, and its endpoint a text that is put there: what needs more is in
tests/adapters/test_sagemaker_training.py, against an account of ours.
"""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.wire import Vectors
from deploy.aws.own_environment import own_environment
from services.adapters.s3_trained import S3Trained
from services.adapters.sagemaker_index import KnnEndpoint
from services.adapters.sagemaker_training import Hardware, Place, SageMakerTrainer
from services.adapters.sagemaker_training.leftovers import Leftovers
from services.core.errors import UnavailableError
from services.core.search.distances import Distances
from services.core.search.training import Found, Training
from tests import aws
from tests.core.search.spaces import item, shipped
from tests.fakes import FakeItems
from tests.servers import Server, running

ENDPOINT, BUCKET, PREFIX = "shop-knn", "shop", "index/shop-knn/"
ROLE = "arn:aws:iam::123456789012:role/lookalike-sagemaker"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of an account in moto."""
    lock = Path(__file__).with_name("moto.lock")
    server = own_environment(lock, "moto") / "bin" / "moto_server"
    for started in running(Server("http", [str(server), "-H", "127.0.0.1", "-p", "{port}"])):
        yield started.url


class _Tagging:
    """The client of tags; moto 5.2 makes the text of a Python tuple of a configuration's ARN."""

    def __init__(self, moto: str) -> None:
        self._client = aws.client("resourcegroupstaggingapi", moto)

    def get_resources(self, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get_resources(**request)
        for each in answer["ResourceTagMappingList"]:
            each["ResourceARN"] = each["ResourceARN"].strip("(',)")
        return answer


@pytest.fixture
def training(moto: str) -> Training:
    """The training of a catalogue of thirty items."""
    s3, sagemaker = aws.client("s3", moto), aws.client("sagemaker", moto)
    region = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
    place = Place(BUCKET, PREFIX)
    leftovers = Leftovers(ENDPOINT, BUCKET, place.trainings, sagemaker, s3, _Tagging(moto))
    trainer = SageMakerTrainer(
        ENDPOINT, place, "eu-west-1", sagemaker, s3, leftovers, hardware=Hardware(role=ROLE)
    )
    return Training(
        ENDPOINT,
        FakeItems([item(number) for number in range(30)]),
        S3Trained(s3, BUCKET, prefix=PREFIX.rstrip("/")),
        trainer,
        lambda queries: _nearest(s3, queries),
        lambda _model: shipped(),
    )


def _nearest(s3: Any, queries: Vectors) -> list[Found]:
    """What the built-in algorithm makes of the rows that lie in S3: squared distances."""
    (found,) = [
        each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"] if each["Key"].endswith(".csv")
    ]
    rows = np.loadtxt(io.BytesIO(s3.get_object(Bucket=BUCKET, Key=found)["Body"].read()), delimiter=",")
    answers = []
    for query in queries:
        distances = ((rows[:, 1:] - query) ** 2).sum(axis=1)
        order = np.argsort(distances)[:20]
        answers.append((rows[order, 0].astype(np.int64), distances[order]))
    return answers


def _left(moto: str) -> dict[str, int]:
    sagemaker = aws.client("sagemaker", moto)
    return {
        "endpoints": len(sagemaker.list_endpoints()["Endpoints"]),
        "configurations": len(sagemaker.list_endpoint_configs()["EndpointConfigs"]),
        "models": len(sagemaker.list_models()["Models"]),
        "objects": aws.client("s3", moto).list_objects_v2(Bucket=BUCKET)["KeyCount"],
    }


def test_what_a_training_makes_is_found_again_and_removed(moto: str, training: Training) -> None:
    trained = training.train()
    assert trained.distances is Distances.SQUARED_L2
    assert training.trainer.serving() == trained.training
    job = aws.client("sagemaker", moto).describe_training_job(TrainingJobName=trained.training)
    assert int(job["HyperParameters"]["sample_size"]) >= trained.rows
    assert int(job["HyperParameters"]["k"]) == trained.rows_answered
    assert job["InputDataConfig"][0]["ContentType"] == "text/csv;label_size=1"
    assert _left(moto) == {"endpoints": 1, "configurations": 1, "models": 1, "objects": 4}

    # Nothing has changed.
    assert training.retrain() is None

    removed = training.trainer.remove(lambda *_: None)
    assert any(f"endpoint {ENDPOINT}" in each and "not billed" in each for each in removed)
    assert _left(moto) == {"endpoints": 0, "configurations": 0, "models": 0, "objects": 0}
    assert training.trainer.serving() is None


def test_an_answer_of_an_endpoint_is_read(moto: str) -> None:
    predictions = [{"labels": [4.0, 2.0], "distances": [0.25, 1.5]}]
    answer = {"Body": json.dumps({"predictions": predictions}), "InvokedProductionVariant": "one"}
    results = {"region": "eu-west-1", "results": [answer]}
    address = f"{moto}/moto-api/static/sagemaker/endpoint-results"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(results).encode(), headers)
    assert urllib.request.urlopen(request, timeout=30).status == 201
    endpoint = KnnEndpoint(aws.client("sagemaker-runtime", moto), ENDPOINT)
    query = np.ones((1, 8), np.float32)
    (found,) = endpoint.nearest(query)
    assert found.variant == "one"
    assert found.found[0].labels.tolist() == [4, 2]
    assert found.found[0].distances.tolist() == [0.25, 1.5]
    # From then on the answer is a fixed text, which is none of k-NN.
    with pytest.raises(UnavailableError, match="none of k-NN"):
        list(endpoint.nearest(query + 1))
