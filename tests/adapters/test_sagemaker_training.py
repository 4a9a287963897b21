"""Training an endpoint: an account's calls over HTTP, S3, and searches that go over with the endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.adapters.faiss_index import FaissIndex
from services.adapters.s3_trained import S3Trained
from services.adapters.sagemaker_index import KnnEndpoint, SageMakerIndex
from services.adapters.sagemaker_training import Hardware, Place, SageMakerTrainer, images
from services.adapters.sagemaker_training.images import built_in_image
from services.adapters.sagemaker_training.leftovers import Leftovers
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError
from services.core.search.answer import Answerer, Pushed
from services.core.search.distances import Distances
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.trained_follower import TrainedFollower
from services.core.search.training import Training
from services.core.search.trial import with_item
from tests import aws
from tests.adapters.sagemaker_account import Account, RefusedError, sagemaker_account
from tests.core.search.spaces import camera_views, item, shipped
from tests.fakes import FakeClock, FakeIndex, FakeItems, FakeQueue, FakeTally, make_observation

ENDPOINT, ROLE = "Shop-knn", "arn:aws:iam::123456789012:role/lookalike-sagemaker"
ITEMS = [item(number, taught=2 if number < 3 else 0) for number in range(30)]


@pytest.fixture
def account(s3: Any) -> Iterator[Account]:
    with sagemaker_account(s3) as running:
        yield running


@dataclass
class Shop:
    """A catalogue, its endpoint, and a search through it."""

    account: Account
    s3: Any
    bucket: str
    store: FakeItems = field(default_factory=lambda: FakeItems(ITEMS))
    waits_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trainings = S3Trained(self.s3, self.bucket, prefix=f"index/{ENDPOINT}")
        self.runtime = aws.client("sagemaker-runtime", self.account.url)
        self.tally, self.clock, self.seq = FakeTally(), FakeClock(), 0
        self.following = TrainedFollower(self.trainings, self._follower, clock=self.clock)
        self.answerer = Answerer(
            live=self.following.live,
            lookup=Lookup(picture_url=lambda facts: facts.id, k=6, max_age_s=5.0),
            queue=FakeQueue(),
            drops=Drops(self.tally),
            retrained=self.following.serves,
        )

    def _follower(self) -> Follower:
        endpoint = KnnEndpoint(self.runtime, ENDPOINT)
        return Follower(
            self.store,
            make_index=lambda _model, dim: FakeIndex(dim=dim),
            space_of=lambda _model: shipped(),
            open_trained=lambda found: SageMakerIndex(endpoint, found, FaissIndex(dim=found.dim)),
        )

    def training(self, **hardware: Any) -> Training:
        sagemaker = aws.client("sagemaker", self.account.url)
        tagging = aws.client("resourcegroupstaggingapi", self.account.url)
        place = Place(self.bucket, f"index/{ENDPOINT}/")
        leftovers = Leftovers(ENDPOINT, self.bucket, place.trainings, sagemaker, self.s3, tagging)
        trainer = SageMakerTrainer(
            ENDPOINT,
            place,
            "eu-west-1",
            sagemaker,
            self.s3,
            leftovers,
            hardware=Hardware(**hardware),
            pause=self.waits_s.append,
        )
        knn = KnnEndpoint(self.runtime, ENDPOINT)
        return Training(
            ENDPOINT,
            self.store,
            self.trainings,
            trainer,
            lambda queries: [(f.labels, f.distances) for a in knn.nearest(queries) for f in a.found],
            lambda _model: shipped(),
            lambda what, _done, _total: self.notes.append(what),
        )

    def best(self, number: int) -> str:
        """The best match of a thing before a camera; "" if it was dropped."""
        self.seq += 1
        seen = make_observation(camera_views(number), at_s=time.time(), seq=self.seq)
        (outcome,) = self.answerer.answer([replace(seen, thing=f"cam-{self.seq}")])
        return outcome.record.matches[0].item.id if isinstance(outcome, Pushed) else ""

    def objects(self) -> set[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {each["Key"] for each in found}


@pytest.fixture
def shop(account: Account, s3: Any, bucket: str) -> Shop:
    return Shop(account, s3, bucket)


def test_a_trained_endpoint_answers_as_an_index_of_our_own(shop: Shop) -> None:
    trained = shop.training(role=ROLE).train()
    # Learned from the endpoint, which does as the built-in algorithm.
    assert trained.distances is Distances.SQUARED_L2
    shop.following.follow()
    own = Follower(
        shop.store,
        make_index=lambda _model, dim: FaissIndex(dim=dim),
        space_of=lambda _model: shipped(),
    )
    own.follow()
    assert own.view is not None
    assert shop.following.view is not None
    queries = np.concatenate([camera_views(number) for number in range(10)])
    through = shop.following.view.compared.search(queries, k=20)
    for one, other in zip(through, own.view.compared.search(queries, k=20), strict=True):
        assert [each.item_id for each in one] == [each.item_id for each in other]
        assert [each.score for each in one] == pytest.approx([each.score for each in other], abs=1e-4)


def test_equal_items_are_named_together_through_the_endpoint_too(shop: Shop) -> None:
    shop.store.put(replace(ITEMS[11], id="thing-011-twin"))
    shop.training(role=ROLE).train()
    shop.store.put(replace(ITEMS[11], id="thing-011-later"))
    shop.following.follow()
    seen = replace(make_observation(camera_views(11), at_s=time.time()), thing="cam-1")
    record = shop.answerer.look(seen, k=6)
    assert sorted(record.equals) == ["thing-011", "thing-011-later", "thing-011-twin"]


def test_everything_of_a_training_has_its_name_its_tags_and_the_least_hardware(shop: Shop) -> None:
    shop.account.turns = 2
    name = shop.training(role=ROLE).train().training
    account = shop.account
    tags = [
        {"Key": "lookalike:endpoint", "Value": ENDPOINT},
        {"Key": "lookalike:training", "Value": name},
    ]
    (job,), (model,), (config,) = account.jobs.values(), account.models.values(), account.configs.values()
    assert [job["Tags"], model["Tags"], config["Tags"]] == [tags, tags, tags]
    assert account.endpoints[ENDPOINT]["Tags"] == tags[:1]
    assert job["HyperParameters"] == {
        "feature_dim": "48",
        "k": "90",  # all rows: 52 x 3 would be more
        "sample_size": "90",
        "predictor_type": "classifier",
        "index_type": "faiss.Flat",
        "index_metric": "L2",
    }
    assert job["AlgorithmSpecification"]["TrainingImage"] == built_in_image("eu-west-1")
    assert (job["RoleArn"], model["ExecutionRoleArn"]) == (ROLE, ROLE)
    (variant,) = config["ProductionVariants"]
    assert variant == {
        "VariantName": name,
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.t2.medium",
    }
    assert shop.waits_s == [10.0] * 4
    assert {"reading items", "uploading rows", f"training job {name}: Training"} <= set(shop.notes)


def test_an_endpoint_is_trained_again_without_a_gap_and_the_delta_folded_in(shop: Shop) -> None:
    first = shop.training(role=ROLE, instance="ml.m5.large", count=2).train()
    shop.following.follow()
    shop.store.put(item(40))
    shop.store.delete("thing-007")
    shop.following.follow()
    assert shop.best(40) == "thing-040"
    training = shop.training()

    def searched(what: str, _done: int, _total: int) -> None:
        """Search at each step of the retraining, as time passes."""
        shop.clock.now_s += 40
        shop.following.follow()
        assert [shop.best(40), shop.best(5)] == ["thing-040", "thing-005"], what

    shop.account.turns = 3
    second = replace(training, note=searched).retrain()
    assert second is not None
    assert second.cursor == shop.store.head()
    assert {facts.id for facts in second.facts} == {f"thing-{n:03}" for n in [*range(30), 40]} - {"thing-007"}
    assert [shop.best(40), shop.best(5)] == ["thing-040", "thing-005"]
    assert shop.tally.drops.total() == 0
    # Role and instances stay, and nothing of the first is left.
    assert list(shop.account.models) == list(shop.account.configs) == [second.training]
    (variant,) = shop.account.configs[second.training]["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 2)
    assert not [key for key in shop.objects() if first.training in key]
    assert shop.trainings.newest() == second.training


def test_a_catalogue_that_has_not_changed_is_not_trained_again(shop: Shop) -> None:
    shop.training(role=ROLE).train()
    shop.account.operations.clear()
    assert shop.training().retrain() is None
    assert not [each for each in shop.account.operations if each.startswith(("Create", "Update", "Delete"))]


def test_other_instances_alone_serve_the_training_that_there_is(shop: Shop) -> None:
    first = shop.training(role=ROLE).train()
    shop.following.follow()
    moved = shop.training(instance="ml.m5.large").retrain()
    assert moved is not None
    assert (moved.training, list(shop.account.jobs)) == (first.training, [first.training])
    ((name, config),) = shop.account.configs.items()
    (variant,) = config["ProductionVariants"]
    assert (name, variant["VariantName"]) == (f"{first.training}-2", first.training)
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 1)
    assert shop.best(11) == "thing-011"
    assert shop.training(instance="ml.m5.large", count=1).retrain() is None
    # They stay for the next training, too.
    shop.store.put(item(40))
    second = shop.training().retrain()
    assert second is not None
    assert list(shop.account.configs) == [second.training]
    (variant,) = shop.account.configs[second.training]["ProductionVariants"]
    assert variant["InstanceType"] == "ml.m5.large"


def test_instances_that_aws_does_not_give_leave_the_endpoint_as_it_was(shop: Shop) -> None:
    first = shop.training(role=ROLE).train()
    shop.account.update_fails = "no capacity"
    with pytest.raises(UnavailableError, match="no capacity"):
        shop.training(instance="ml.m5.large").retrain()
    assert shop.trainings.newest() == first.training
    shop.following.follow()
    assert shop.best(11) == "thing-011"


def test_a_trial_compares_a_taught_item_as_it_is_compared_once_it_is_saved(
    account: Account, s3: Any, bucket: str
) -> None:
    shop = Shop(account, s3, bucket, FakeItems(item(number) for number in range(30)))
    shop.training(role=ROLE).train()
    shop.following.follow()
    assert shop.following.view is not None
    new, queries = item(40, taught=2), camera_views(40)
    camera = np.full(48, 0.1, np.float32)
    tried = with_item(shop.following.view, new, camera).compared.search(queries, k=30)
    shop.store.put(new)
    shop.following.follow()
    saved = shop.following.view.compared.search(queries, k=30)
    for one, other in zip(tried, saved, strict=True):
        scores = [{each.item_id: each.score for each in found} for found in (one, other)]
        assert scores[0][new.id] == pytest.approx(scores[1][new.id], abs=1e-4)


def test_an_interrupted_training_goes_on_where_it_stopped(shop: Shop) -> None:
    class InterruptedError(Exception):
        pass

    def interrupt(what: str) -> Any:
        def note(now: str, _done: int, _total: int) -> None:
            if what in now:
                raise InterruptedError

        return note

    shop.account.turns = 2
    for what in ("uploading rows", "training job", "endpoint Shop-knn: Creating"):
        with pytest.raises(InterruptedError):
            replace(shop.training(role=ROLE), note=interrupt(what)).train()
    trained = shop.training(role=ROLE).train()
    assert shop.trainings.newest() == trained.training
    made = [each for each in shop.account.operations if each.startswith("Create")]
    assert made == ["CreateTrainingJob", "CreateModel", "CreateEndpointConfig", "CreateEndpoint"]
    shop.following.follow()
    assert shop.best(11) == "thing-011"


def test_a_job_that_fails_is_said_and_the_next_training_starts_another(shop: Shop) -> None:
    shop.account.job_fails = "ClientError: out of memory"
    with pytest.raises(UnavailableError, match=r"training job Shop-knn-\S+ is Failed: .*: out of memory"):
        shop.training(role=ROLE).train()
    shop.account.job_fails = None
    trained = shop.training(role=ROLE).train()
    assert sorted(shop.account.jobs) == [trained.training, f"{trained.training}-2"]


def test_an_update_that_fails_leaves_the_endpoint_and_new_searches_with_the_earlier_training(
    shop: Shop,
) -> None:
    first = shop.training(role=ROLE).train()
    shop.following.follow()
    shop.store.put(item(40))
    shop.account.update_fails = "The container did not pass the ping health check"
    with pytest.raises(UnavailableError, match=r"does not serve training .*: The container did not pass"):
        shop.training().retrain()
    assert shop.trainings.newest() == first.training
    shop.following.follow()
    assert shop.best(40) == "thing-040"
    shop.account.update_fails = None
    again = shop.training().retrain()
    assert again is not None
    assert shop.trainings.newest() == again.training


def test_an_endpoint_that_never_came_up_is_made_again(shop: Shop) -> None:
    shop.account.update_fails = "no capacity"
    with pytest.raises(UnavailableError, match="no capacity"):
        shop.training(role=ROLE).train()
    shop.account.update_fails = None
    shop.training(role=ROLE).train()
    assert shop.account.endpoints[ENDPOINT]["status"] == "InService"


def test_a_container_of_our_own_serves_without_a_job(shop: Shop) -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/lookalike:1"
    trained = shop.training(role=ROLE, image=image).train()
    assert (shop.account.jobs, trained.distances) == ({}, Distances.L2)
    assert shop.account.models[trained.training]["PrimaryContainer"]["Image"] == image
    shop.following.follow()
    assert shop.best(12) == "thing-012"
    shop.store.put(item(40))
    again = shop.training().retrain()
    assert again is not None
    assert shop.account.models[again.training]["PrimaryContainer"]["Image"] == image
    shop.store.put(item(41))
    with pytest.raises(InputError, match="which measures in another way; make another one"):
        shop.training(image="").retrain()


def test_what_can_not_be_is_refused_in_words(shop: Shop) -> None:
    with pytest.raises(MissingError, match="Shop-knn has not been trained; `lookalike aws train` does"):
        shop.training().retrain()
    with pytest.raises(InputError, match="expected --role ARN"):
        shop.training().train()
    with pytest.raises(InputError, match=r"expected faiss.Flat, faiss.IVFFlat or faiss.IVFPQ"):
        shop.training(role=ROLE).train(index_type="hnsw")
    shop.training(role=ROLE).train()
    with pytest.raises(ConflictError, match="exists and serves training"):
        shop.training(role=ROLE).train()


def test_an_endpoint_of_somebody_else_is_left_alone(shop: Shop) -> None:
    shop.training(role=ROLE).train()
    shop.account.endpoints[ENDPOINT]["Tags"] = [{"Key": "team", "Value": "other"}]
    with pytest.raises(InputError, match="was not made by `lookalike aws train`"):
        shop.training().retrain()


@pytest.mark.parametrize(
    ("operation", "code", "text", "told"),
    [
        ("CreateTrainingJob", "ResourceLimitExceeded", "limit is 0 instances", "limit is 0 instances"),
        ("CreateModel", "AccessDeniedException", "not authorized: iam:PassRole", "iam:PassRole"),
        ("DescribeEndpoint", "ExpiredTokenException", "token SECRET", "ExpiredTokenException$"),
    ],
)
def test_a_refusal_of_aws_is_said_in_words(
    shop: Shop, operation: str, code: str, text: str, told: str
) -> None:
    shop.account.refusals[operation] = RefusedError(code, text)
    with pytest.raises(UnavailableError, match=f"^AWS: .*{told}") as caught:
        shop.training(role=ROLE).train()
    assert "SECRET" not in str(caught.value)


def test_a_region_without_the_image_is_said(shop: Shop) -> None:
    training = shop.training(role=ROLE)
    assert isinstance(training.trainer, SageMakerTrainer)
    training.trainer.region = "mars-north-1"
    with pytest.raises(InputError, match=r"region 'mars-north-1'; expected one of af-south-1, .* or --image"):
        training.train()
    assert built_in_image("cn-north-1").endswith(".dkr.ecr.cn-north-1.amazonaws.com.cn/knn:1")


def test_an_endpoint_that_answers_with_other_rows_is_not_taken(shop: Shop) -> None:
    training = shop.training(role=ROLE)
    strange = replace(training, ask=lambda queries: [(np.array([999]), np.array([0.1]))] * len(queries))
    with pytest.raises(InputError, match="labels that are no rows of its own"):
        strange.train()
    assert shop.trainings.newest() is None


def test_the_table_of_images_names_its_source() -> None:
    table = json.loads((Path(images.__file__).parent / "knn_images.json").read_text(encoding="utf-8"))
    assert "sagemaker 2.257" in table["source"]
    assert all(len(account) == 12 and account.isdigit() for account in table["accounts"].values())
