"""The Trainer on SageMaker. Everything that it makes has the name of the training, and tags."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from common.wire import Vectors
from services.adapters.sagemaker_training.calls import call, described
from services.adapters.sagemaker_training.images import built_in_image, is_built_in
from services.adapters.sagemaker_training.jobs import ASK_S, TrainingJobs, TrainingOrder
from services.adapters.sagemaker_training.leftovers import Leftovers
from services.adapters.sagemaker_training.tags import ENDPOINT, tags
from services.adapters.sagemaker_training.vectors import upload_csv, upload_model
from services.core.errors import InputError, UnavailableError
from services.core.search.rows_file import TrainedRows
from services.core.search.training import Note
from services.core.search.training_plan import Plan

# The least that serves; there is no ml.t3 for endpoints.
_INSTANCE, _TRAINING_INSTANCE = "ml.t2.medium", "ml.m5.xlarge"
_UNDER_WAY = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and the endpoint's prefix in it, with a slash at its end."""

    bucket: str
    prefix: str

    @property
    def trainings(self) -> str:
        """The prefix of all trainings' objects."""
        return f"{self.prefix}trainings/"

    def key(self, training: str) -> str:
        """The prefix of a training's objects."""
        return f"{self.trainings}{training}/"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What trains and serves; what is None stays as it is at the endpoint, or is the least.

    `role` is that by which SageMaker reads and writes the bucket. `image` is a container of our own, "" the
    built-in algorithm.
    """

    role: str | None = None
    image: str | None = None
    instance: str | None = None
    count: int | None = None
    training_instance: str = _TRAINING_INSTANCE


@dataclass(frozen=True, slots=True)
class EndpointState:
    """An endpoint's state, in AWS' words.

    `training` is that of its production variant, None before any, `configuration` the one that it has.
    """

    status: str
    training: str | None
    configuration: str = ""
    count: int | None = None
    reason: str | None = None


@dataclass(slots=True)
class SageMakerTrainer:
    """A Trainer; the clients are botocore's. `pause` waits for AWS."""

    endpoint: str
    place: Place
    region: str
    sagemaker: Any
    s3: Any
    leftovers: Leftovers
    hardware: Hardware = field(default_factory=Hardware)
    pause: Callable[[float], object] = time.sleep

    def serving(self) -> str | None:
        """The training that the endpoint serves; raises InputError for an endpoint that is not ours."""
        state = self.state()
        return state.training if state is not None and state.status not in ("Creating", "Failed") else None

    def state(self) -> EndpointState | None:
        """The endpoint's state, None if there is none; raises as `serving` does."""
        found = described(self.sagemaker, "describe_endpoint", EndpointName=self.endpoint)
        if found is None:
            return None
        own = call(self.sagemaker, "list_tags", ResourceArn=found["EndpointArn"])["Tags"]
        if not any(tag == {"Key": ENDPOINT, "Value": self.endpoint} for tag in own):
            raise InputError(f"endpoint {self.endpoint} was not made by `lookalike aws train`; name another")
        variants = found.get("ProductionVariants") or [{}]
        return EndpointState(
            found["EndpointStatus"],
            variants[0].get("VariantName"),
            configuration=found.get("EndpointConfigName", ""),
            count=variants[0].get("CurrentInstanceCount"),
            reason=found.get("FailureReason"),
        )

    def fit(self, training: str, vectors: Vectors, plan: Plan, note: Note) -> str:
        """Train on float32 [rows, dim]; gives the address of the model."""
        self._keep_hardware()
        key = self.place.key(training)
        if self.hardware.image:
            rows = TrainedRows(training, vectors, plan.rows_answered)
            upload_model(self.s3, self.place.bucket, f"{key}model.tar.gz", rows, note)
            return f"s3://{self.place.bucket}/{key}model.tar.gz"
        jobs = TrainingJobs(self.endpoint, self.region, self.sagemaker, self.pause)
        return jobs.model(
            TrainingOrder(training, plan, f"s3://{self.place.bucket}/{key}", self.hardware.training_instance),
            role=str(self.hardware.role),
            upload=lambda: upload_csv(self.s3, self.place.bucket, f"{key}rows/", vectors, note),
            note=note,
        )

    def switch(self, training: str, model: str, note: Note) -> bool:
        """Let the endpoint serve a training; SageMaker brings up its instances before the others go."""
        self._keep_hardware()
        self._make_model(training, model)
        configuration = self._configuration(training)
        state = self._settled(note)
        if state is not None and state.status == "InService" and state.configuration == configuration:
            return False
        if state is not None and state.status == "Failed":  # it never served
            call(self.sagemaker, "delete_endpoint", EndpointName=self.endpoint)
            state = self._settled(note)
        request = {"EndpointName": self.endpoint, "EndpointConfigName": configuration}
        if state is None:
            call(self.sagemaker, "create_endpoint", **request, Tags=tags(self.endpoint))
        else:
            call(self.sagemaker, "update_endpoint", **request)
        state = self._settled(note)
        if state is None or state.status != "InService" or state.configuration != configuration:
            why = "it is gone" if state is None else state.reason or f"it is {state.status}"
            raise UnavailableError(f"endpoint {self.endpoint} does not serve training {training}: {why}")
        return True

    def clean(self, *, keep: str) -> list[str]:
        """Remove models, configurations and objects of other trainings, and configurations not in use."""
        state = self.state()
        return self.leftovers.remove(keep=keep, configuration=state.configuration if state else keep)

    def remove(self, note: Note) -> list[str]:
        """Delete the endpoint, and all that has its tag or is under its prefix; gives the names."""
        removed, state = list[str](), self._settled(note)
        if state is not None:
            instance = self._configured(state.configuration).get("InstanceType", "an instance")
            call(self.sagemaker, "delete_endpoint", EndpointName=self.endpoint)
            hardware = f"{state.count or 1} x {instance}"
            removed.append(f"endpoint {self.endpoint}: {hardware} is not billed any more")
            self._settled(note)  # until it is gone its configuration is in use
        return [*removed, *self.leftovers.remove_all(), *self.leftovers.remove_objects(self.place.prefix)]

    def _keep_hardware(self) -> None:
        """Let what is not given be as at the endpoint, or the least; raises InputError without a role."""
        given, state, serving = self.hardware, self.state(), self.serving()
        model, variant = self._of_endpoint(serving, state.configuration) if state and serving else ({}, {})
        image = model.get("PrimaryContainer", {}).get("Image", "")
        kept = "" if is_built_in(image) else image
        if serving and given.image is not None and bool(given.image) != bool(kept):
            raise InputError(
                f"endpoint {self.endpoint} is of {image}, which measures in another way; make another one"
            )
        role = given.role or model.get("ExecutionRoleArn")
        if not role:
            raise InputError("expected --role ARN: that by which SageMaker reads and writes the bucket")
        self.hardware = replace(
            given,
            role=role,
            image=kept if given.image is None else given.image,
            instance=given.instance or variant.get("InstanceType") or _INSTANCE,
            count=given.count or variant.get("InitialInstanceCount") or 1,
        )

    def _of_endpoint(self, serving: str, configuration: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The model and the variant that the endpoint has."""
        model = described(self.sagemaker, "describe_model", ModelName=serving) or {}
        return model, self._configured(configuration)

    def _configured(self, configuration: str) -> dict[str, Any]:
        """The variant of a configuration, empty if there is none."""
        found = described(self.sagemaker, "describe_endpoint_config", EndpointConfigName=configuration) or {}
        return dict((found.get("ProductionVariants") or [{}])[0])

    def _make_model(self, training: str, model: str) -> None:
        if described(self.sagemaker, "describe_model", ModelName=training) is not None:
            return
        image = self.hardware.image or built_in_image(self.region)
        call(
            self.sagemaker,
            "create_model",
            ModelName=training,
            PrimaryContainer={"Image": image, "ModelDataUrl": model},
            ExecutionRoleArn=self.hardware.role,
            Tags=tags(self.endpoint, training),
        )

    def _configuration(self, training: str) -> str:
        """The name of a training's configuration on this hardware, which is made if there is none."""
        # Each answer names the variant: searches learn from that which training they asked.
        variant = {
            "VariantName": training,
            "ModelName": training,
            "InitialInstanceCount": self.hardware.count,
            "InstanceType": self.hardware.instance,
        }
        state = self.state()
        if state is not None and variant.items() <= self._configured(state.configuration).items():
            return state.configuration
        name, number = training, 1
        while found := self._configured(name):
            if variant.items() <= found.items():
                return name
            number += 1
            name = f"{training}-{number}"
        call(
            self.sagemaker,
            "create_endpoint_config",
            EndpointConfigName=name,
            ProductionVariants=[variant],
            Tags=tags(self.endpoint, training),
        )
        return name

    def _settled(self, note: Note) -> EndpointState | None:
        """The endpoint's state once nothing is under way."""
        while (state := self.state()) is not None and state.status in _UNDER_WAY:
            note(f"endpoint {self.endpoint}: {state.status}", 0, 0)
            self.pause(ASK_S)
        return state
