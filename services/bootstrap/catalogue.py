"""Opening of the catalogue and of the model that makes its vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import ModelError
from models.locate import resolve
from models.providers import PROVIDERS
from services.adapters import pillow_pictures, pillow_views
from services.bootstrap.local_points import open_describer
from services.bootstrap.settings import CatalogueSettings
from services.bootstrap.stores import open_items, open_pictures
from services.core.catalogue.items import Catalogue
from services.core.errors import InputError
from services.core.ports import Featurizer

if TYPE_CHECKING:
    from models.featurizer import OnnxFeaturizer


def open_featurizer(model: str, *, threads: int, provider: str) -> OnnxFeaturizer:
    """The model of a setting, built first if missing; raises InputError."""
    from models.featurizer import OnnxFeaturizer  # late: ONNX Runtime takes a while to load

    try:
        return OnnxFeaturizer(resolve(model, build=True), threads=threads, providers=[PROVIDERS[provider]])
    except ModelError as error:
        raise InputError(f"LOOKALIKE_MODEL: {error}") from None


def open_catalogue(
    settings: CatalogueSettings, *, writable: bool = True, featurizer: Featurizer | None = None
) -> Catalogue:
    """The catalogue; with SQLite only one process may open it `writable`.

    The `featurizer` is the model of the settings, unless one is given.
    """
    return Catalogue(
        store=open_items(settings, writable=writable),
        pictures=open_pictures(settings, writable=writable),
        featurizer=featurizer
        or open_featurizer(settings.model, threads=settings.threads, provider=settings.provider),
        decode=pillow_pictures.decode,
        shots=pillow_views.views,
        describer=open_describer(),
    )
