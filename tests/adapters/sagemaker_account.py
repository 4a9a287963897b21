"""An AWS account's SageMaker over HTTP: training jobs, models and endpoints, with a real S3 and real answers.

Requests are checked by the client, against the service's own description, before they come here. A training
reads the CSV that was uploaded; the endpoint's answers are those of our serving app. As the built-in
algorithm it measures squared distances.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from common.wire import Vectors
from services.bootstrap.serving import index_of
from services.core.records import Neighbour
from services.core.search.rows_file import ROWS_FILE, TrainedRows, decode_rows
from services.search.knn_routes import ServedRows
from services.search.serve_rows import build_serving_app, rows_served
from tests.adapters.http_server.serving import serving

Document = dict[str, Any]
_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:"


class RefusedError(Exception):
    """A refusal, with AWS' code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Account:
    """What the account holds, by name; `turns` is how often one asks before something is done."""

    s3: Any
    turns: int = 0
    jobs: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Document] = field(default_factory=dict)
    configs: dict[str, Document] = field(default_factory=dict)
    endpoints: dict[str, Document] = field(default_factory=dict)
    # Operations in their order, and refusals to come.
    operations: list[str] = field(default_factory=list)
    refusals: dict[str, RefusedError] = field(default_factory=dict)
    job_fails: str | None = None
    update_fails: str | None = None
    served: ServedRows | None = None
    url: str = ""
    _rows: dict[str, Vectors] = field(default_factory=dict)

    def answer(self, operation: str, request: Document) -> Document:
        """The answer to an operation."""
        self.operations.append(operation)
        if operation in self.refusals:
            raise self.refusals[operation]
        handle: Callable[[Document], Document | None] = getattr(self, f"_{operation}")
        return handle(request) or {}

    def _CreateTrainingJob(self, request: Document) -> Document:  # noqa: N802
        name = request["TrainingJobName"]
        if name in self.jobs:
            raise RefusedError("ResourceInUse", f"job {name} exists")
        (channel,) = request["InputDataConfig"]
        assert channel["ContentType"] == "text/csv;label_size=1"
        labels, vectors = self._read_csv(channel["DataSource"]["S3DataSource"]["S3Uri"])
        assert labels.tolist() == list(range(len(labels)))
        chosen = request["HyperParameters"]
        assert int(chosen["sample_size"]) >= len(vectors) >= int(chosen["k"]) > 0
        assert int(chosen["feature_dim"]) == vectors.shape[1]
        url = f"{request['OutputDataConfig']['S3OutputPath']}{name}/output/model.tar.gz"
        self._rows[url] = vectors
        self.jobs[name] = {**request, "left": self.turns, "url": url}
        return {"TrainingJobArn": f"{_ARN}training-job/{name}"}

    def _DescribeTrainingJob(self, request: Document) -> Document:  # noqa: N802
        job = self._found(self.jobs, request["TrainingJobName"], "Requested resource not found.")
        job["left"] -= 1
        if job["left"] >= 0:
            return {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
        if self.job_fails and "ended" not in job:
            job["ended"] = self.job_fails
        if "ended" in job:
            return {"TrainingJobStatus": "Failed", "FailureReason": job["ended"]}
        artefact = {"S3ModelArtifacts": job["url"]}
        return {"TrainingJobStatus": "Completed", "ModelArtifacts": artefact}

    def _CreateModel(self, request: Document) -> Document:  # noqa: N802
        self.models[request["ModelName"]] = request
        return {"ModelArn": f"{_ARN}model/{request['ModelName']}"}

    def _DescribeModel(self, request: Document) -> Document:  # noqa: N802
        return self._found(self.models, request["ModelName"], "Could not find model")

    def _DeleteModel(self, request: Document) -> None:  # noqa: N802
        del self.models[request["ModelName"]]

    def _CreateEndpointConfig(self, request: Document) -> Document:  # noqa: N802
        self.configs[request["EndpointConfigName"]] = request
        return {"EndpointConfigArn": f"{_ARN}endpoint-config/{request['EndpointConfigName']}"}

    def _DescribeEndpointConfig(self, request: Document) -> Document:  # noqa: N802
        return self._found(
            self.configs, request["EndpointConfigName"], "Could not find endpoint configuration"
        )

    def _DeleteEndpointConfig(self, request: Document) -> None:  # noqa: N802
        del self.configs[request["EndpointConfigName"]]

    def _CreateEndpoint(self, request: Document) -> Document:  # noqa: N802
        name = request["EndpointName"]
        assert request["EndpointConfigName"] in self.configs
        self.endpoints[name] = {
            **request,
            "status": "Creating",
            "left": self.turns,
            "next": request["EndpointConfigName"],
            "now": None,
        }
        return {"EndpointArn": f"{_ARN}endpoint/{name}"}

    def _UpdateEndpoint(self, request: Document) -> Document:  # noqa: N802
        endpoint = self.endpoints[request["EndpointName"]]
        if endpoint["status"] != "InService":
            raise RefusedError("ValidationException", "Cannot update in-progress endpoint")
        assert request["EndpointConfigName"] in self.configs
        endpoint |= {"status": "Updating", "left": self.turns, "next": request["EndpointConfigName"]}
        return {"EndpointArn": f"{_ARN}endpoint/{request['EndpointName']}"}

    def _DescribeEndpoint(self, request: Document) -> Document:  # noqa: N802
        name = request["EndpointName"]
        endpoint = self._found(self.endpoints, name, f"Could not find endpoint {name}")
        if endpoint["status"] in ("Creating", "Updating"):
            endpoint["left"] -= 1
            if endpoint["left"] < 0:
                self._settle(endpoint)
        variants = []
        if endpoint["now"]:
            (variant,) = self.configs[endpoint["now"]]["ProductionVariants"]
            count = variant["InitialInstanceCount"]
            variants = [{"VariantName": variant["VariantName"], "CurrentInstanceCount": count}]
        reason = {"FailureReason": endpoint["reason"]} if endpoint.get("reason") else {}
        return {
            "EndpointName": name,
            "EndpointArn": f"{_ARN}endpoint/{name}",
            "EndpointConfigName": endpoint["now"] or endpoint["next"],
            "EndpointStatus": endpoint["status"],
            "ProductionVariants": variants,
            **reason,
        }

    def _DeleteEndpoint(self, request: Document) -> None:  # noqa: N802
        del self.endpoints[request["EndpointName"]]

    def _settle(self, endpoint: Document) -> None:
        if self.update_fails:
            endpoint["reason"] = self.update_fails
            endpoint["status"] = "InService" if endpoint["now"] else "Failed"
            return
        endpoint |= {"status": "InService", "now": endpoint["next"]}
        self.served = self._rows_of(endpoint["now"])

    def _ListTags(self, request: Document) -> Document:  # noqa: N802
        return {"Tags": self.endpoints[request["ResourceArn"].rpartition("/")[2]].get("Tags", [])}

    def _GetResources(self, request: Document) -> Document:  # noqa: N802
        """Two resources a page, their names in lower case as in ARNs."""
        wanted = {(each["Key"], each["Values"][0]) for each in request["TagFilters"]}
        kinds = {
            "training-job": self.jobs,
            "model": self.models,
            "endpoint-config": self.configs,
            "endpoint": self.endpoints,
        }
        found = [
            {"ResourceARN": f"{_ARN}{kind}/{name.lower()}", "Tags": made["Tags"]}
            for kind, each in kinds.items()
            for name, made in each.items()
            if wanted <= {(tag["Key"], tag["Value"]) for tag in made.get("Tags", [])}
        ]
        start = int(request.get("PaginationToken") or 0)
        token = str(start + 2) if start + 2 < len(found) else ""
        return {"ResourceTagMappingList": found[start : start + 2], "PaginationToken": token}

    def _found(self, kept: dict[str, Document], name: str, text: str) -> Document:
        if name not in kept:
            raise RefusedError("ValidationException", text)
        return kept[name]

    def _read_csv(self, address: str) -> tuple[Vectors, Vectors]:
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        keys = [each["Key"] for each in self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
        parts = [self.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in sorted(keys)]
        table = np.loadtxt(io.StringIO("".join(parts)), delimiter=",", dtype=np.float32, ndmin=2)
        return table[:, 0], table[:, 1:]

    def _rows_of(self, config: str) -> ServedRows:
        """The rows that a configuration's model serves."""
        (variant,) = self.configs[config]["ProductionVariants"]
        container = self.models[variant["ModelName"]]["PrimaryContainer"]
        if container["ModelDataUrl"] in self._rows:
            job = next(job for job in self.jobs.values() if job["url"] == container["ModelDataUrl"])
            answered = int(job["HyperParameters"]["k"])
            rows = TrainedRows(variant["VariantName"], self._rows[container["ModelDataUrl"]], answered)
            return _squared(rows_served(rows, index_of(rows)))
        bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
        content = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            file = archive.extractfile(ROWS_FILE)
            assert file is not None
            rows = decode_rows(io.BytesIO(file.read()))
        return rows_served(rows, index_of(rows))


def _squared(served: ServedRows) -> ServedRows:
    def search(vectors: Vectors) -> list[list[Neighbour]]:
        return [
            [replace(each, distance=each.distance**2) for each in found] for found in served.search(vectors)
        ]

    return replace(served, search=search)


@contextmanager
def sagemaker_account(s3: Any) -> Iterator[Account]:
    """An empty account at `url`, which is the address of all its services but S3."""
    account = Account(s3)

    def served() -> ServedRows:
        assert account.served is not None
        return account.served

    app: FastAPI = build_serving_app(served)

    @app.post("/")
    async def control(request: Request) -> Response:
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        try:
            return JSONResponse(account.answer(operation, json.loads(await request.body())))
        except RefusedError as error:
            return JSONResponse({"__type": error.code, "message": str(error)}, 400)

    with serving(app) as running:
        account.url = f"http://127.0.0.1:{running.port}"
        yield account
