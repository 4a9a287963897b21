"""The sample catalogue: how much of it is there, loading and removing it."""

from __future__ import annotations

from fastapi import APIRouter

from services.api.rights import CHANGE, SEE_CATALOGUE
from services.bootstrap.api import ApiParts
from services.contract.problem_models import STORE_AWAY, problems
from services.contract.sample_models import SamplesAnswer
from services.core.importing.sample_task import SampleState, SampleTask

_OTHER_MODEL = (
    "the catalogue was made with model f6119f54bb0b, but LOOKALIKE_MODEL is model 67b852d76d55: set it "
    "back, use another LOOKALIKE_DATA_DIR, or run `lookalike index rebuild`"
)
_BUSY = "the samples are being loaded; wait until that is done"


def build_router(parts: ApiParts, task: SampleTask) -> APIRouter:
    """The routes over wired parts and the task that does the work."""
    router = APIRouter(prefix="/samples", tags=["samples"])

    @router.get(
        "",
        dependencies=SEE_CATALOGUE,
        summary="Ask for the samples' state",
        responses=problems({503: STORE_AWAY}),
    )
    def state() -> SamplesAnswer:
        """How many of the samples are in the catalogue, and whether they are being loaded or removed."""
        return _answer(task)

    @router.post(
        "",
        dependencies=CHANGE,
        status_code=202,
        summary="Load the samples",
        responses=problems({400: _OTHER_MODEL, 409: _BUSY, 503: STORE_AWAY}),
    )
    def load() -> SamplesAnswer:
        """Begin to add the samples that are missing; GET /samples says how far it is.

        It takes half a minute to two. An item that has a sample's id already stays as it is.
        """
        parts.catalogue.check_model()
        task.start("loading")
        return _answer(task)

    @router.delete(
        "",
        dependencies=CHANGE,
        status_code=202,
        summary="Remove the samples",
        responses=problems({409: _BUSY, 503: STORE_AWAY}),
    )
    def remove() -> SamplesAnswer:
        """Begin to delete the samples that nobody changed; GET /samples says how far it is.

        A sample whose words or pictures somebody changed stays. POST brings the others back.
        """
        task.start("removing")
        return _answer(task)

    return router


def _answer(task: SampleTask) -> SamplesAnswer:
    state: SampleState = task.state()
    counts = state.counts
    return SamplesAnswer(
        total=counts.total,
        present=counts.present,
        changed=counts.changed,
        own=counts.own,
        doing=state.doing,
        trouble=state.trouble,
        change=state.change,
        ids=task.samples.ids,
    )
