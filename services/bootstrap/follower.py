"""The wiring of what follows the item store: an index of our own, or one of a trained endpoint."""

from __future__ import annotations

from collections.abc import Callable

from models.space import space_of
from services.adapters.faiss_index import FaissIndex
from services.bootstrap.settings import SearchCoreSettings
from services.core.ports import IndexFactory, ItemStore
from services.core.search.camera_means import CameraMeans
from services.core.search.follow import Follower
from services.core.search.following import Following
from services.core.search.space import ModelSpace
from services.core.search.trained_follower import TrainedFollower


def shipped(model: str) -> ModelSpace | None:
    """What is shipped with a model of ours; none with a user's own."""
    space = space_of(model)
    return None if space is None else ModelSpace(space.camera_mean, space.camera_vectors)


def open_follower(
    settings: SearchCoreSettings,
    store: ItemStore,
    camera_means: CameraMeans,
    *,
    make_index: IndexFactory | None = None,
) -> tuple[Following, Callable[[str], object]]:
    """The follower, and what takes the name of the training that an endpoint serves; nothing is read yet."""

    def make_faiss(_model: str, dim: int) -> FaissIndex:
        return FaissIndex(dim=dim, threads=settings.threads)

    make, address = make_index or make_faiss, settings.endpoint
    if address is None:
        return Follower(store, camera_means=camera_means, make_index=make, space_of=shipped), lambda _: None
    from services.bootstrap import aws

    trained_index = aws.open_trained(address)

    def make_follower() -> Follower:
        return Follower(
            store,
            camera_means=camera_means,
            make_index=make,
            space_of=shipped,
            open_trained=lambda trained: trained_index(trained, make_faiss(trained.model, trained.dim)),
        )

    following = TrainedFollower(aws.open_trainings(settings.index_place, address.name), make_follower)
    return following, following.serves
