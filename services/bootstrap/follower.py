"""The wiring of what follows the item store: an index of our own, or one of a trained endpoint."""

from __future__ import annotations

from collections.abc import Callable

from models.space import space_of
from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.index_snapshots import IndexSnapshots
from services.bootstrap.settings import SearchCoreSettings, SearchSettings
from services.core.ports import IndexFactory, ItemStore
from services.core.search.camera_means import CameraMeans
from services.core.search.follow import Follower
from services.core.search.following import Following
from services.core.search.snapshot import SnapshotStore
from services.core.search.space import ModelSpace
from services.core.search.trained_follower import TrainedFollower


def shipped(model: str) -> ModelSpace | None:
    """What is shipped with a model of ours; none with a user's own."""
    space = space_of(model)
    return None if space is None else ModelSpace(space.camera_mean, space.camera_vectors)


def open_snapshots(settings: SearchSettings) -> SnapshotStore | None:
    """The snapshots of our own index; None if there are to be none. Nothing is read yet."""
    if settings.endpoint is not None or not settings.snapshot_s:
        return None
    return IndexSnapshots(settings.data_dir / "index", FaissFiles(threads=settings.threads))


def open_follower(
    settings: SearchCoreSettings,
    store: ItemStore,
    camera_means: CameraMeans,
    *,
    make_index: IndexFactory | None = None,
    snapshots: SnapshotStore | None = None,
) -> tuple[Following, Callable[[str], object]]:
    """The follower, and what takes the name of the training that an endpoint serves; nothing is read yet.

    A follower of our own index begins with the newest of `snapshots`; one of an endpoint with its training.
    """

    def make_faiss(_model: str, dim: int) -> FaissIndex:
        return FaissIndex(dim=dim, threads=settings.threads)

    make, address = make_index or make_faiss, settings.endpoint
    if address is None:
        own = Follower(
            store, camera_means=camera_means, make_index=make, space_of=shipped, snapshots=snapshots
        )
        return own, lambda _: None
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
