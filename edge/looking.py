"""The loop with its model, which may change while the cameras stay open."""

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from edge.cameras.port import Cameras
from edge.look.codes import CodeReader
from edge.look.details import DetailsAsks
from edge.look.featurizer import FrameFeaturizer, load_featurizer
from edge.look.loop import Loop
from edge.look.model_choice import ModelChoice, WantedModel
from edge.look.picture_senders import PictureSenders
from edge.picture.opencv_codes import OpenCvCodes
from edge.process.alive_file import AliveFile
from edge.process.model_download import is_address
from edge.process.model_folder import ModelFolder
from edge.settings import EdgeSettings
from models.errors import ModelError
from models.featurizer import OnnxFeaturizer
from models.orb_points import OrbDescriber
from models.providers import PROVIDERS

_log = logging.getLogger(__name__)


def look_on(
    settings: EdgeSettings,
    cameras: Cameras,
    senders: PictureSenders,
    asks: DetailsAsks,
    stopping: Callable[[], bool],
) -> None:
    """Look at the cameras' frames until `stopping`; ModelError if there is no model that works."""
    alive = AliveFile(settings.alive_file)

    def coming_round() -> bool:
        """Whether to stop, asked before each turn and during waits; it notes that the loop turns."""
        alive.beat()
        return stopping()

    if not cameras.wait_wanted(coming_round):
        return
    with closing(_choose_model(settings, cameras)) as choice:
        is_open = False
        # The model first: a recording starts when it is opened, and its first frame must not be missed.
        while (featurizer := choice.next(coming_round)) is not None:
            provider = featurizer.providers[0]
            cameras.set_model(provider=provider, model=featurizer.fingerprint)
            if not is_open:
                cameras.start()
                is_open = True
            senders.use(featurizer)
            _log.info("model %s on %s", featurizer.fingerprint, provider)
            loop = _make_loop(settings, cameras, featurizer, senders, asks)
            try:
                loop.run(stopping=lambda: coming_round() or choice.is_due())
            except ModelError as error:
                choice.refuse(error)


def _choose_model(settings: EdgeSettings, cameras: Cameras) -> ModelChoice:
    def load(file: Path) -> OnnxFeaturizer:
        wanted = [PROVIDERS[settings.provider]]
        return load_featurizer(str(file), threads=settings.threads, providers=wanted)

    return ModelChoice(
        WantedModel(settings.model, settings.model_fingerprint),
        folder=_model_folder(settings),
        load=load,
        tell=cameras.set_model_trouble,
        wait=cameras.take,
    )


def _model_folder(settings: EdgeSettings) -> ModelFolder | None:
    if settings.edge_data is None:
        return None
    try:
        return ModelFolder(settings.edge_data)
    except ModelError as error:
        if is_address(settings.model):
            raise
        _log.warning("the last model that worked is not kept: %s", error)
        return None


def _make_loop(
    settings: EdgeSettings,
    cameras: Cameras,
    featurizer: FrameFeaturizer,
    senders: PictureSenders,
    asks: DetailsAsks,
) -> Loop:
    return Loop(
        cameras,
        featurizer,
        cameras,
        max_fps=settings.max_fps,
        heartbeat_s=settings.heartbeat_s,
        region=settings.region,
        on_shot=senders.show,
        describer=OrbDescriber(),
        asks=asks,
        codes=CodeReader(OpenCvCodes(), share=settings.codes_cpu) if settings.codes_cpu else None,
        iot_rule=settings.iot_rule,
    )
