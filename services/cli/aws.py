"""`lookalike aws …`: the k-NN endpoint on SageMaker, trained on the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from services.bootstrap.knn_address import DEFAULT_ENDPOINT, ENDPOINT_NAME
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say, tell
from services.core.errors import InputError
from services.core.search.trained import TrainedIndex
from services.core.search.training import Note

if TYPE_CHECKING:  # boto3 takes 0.2 s to load
    from services.bootstrap.training import TrainingParts

app = typer.Typer(help="A deployment on AWS, and its k-NN endpoint on SageMaker.", no_args_is_help=True)

Endpoint = Annotated[
    str | None, typer.Option(help="Its name. [that of LOOKALIKE_KNN=sagemaker://NAME, else lookalike]")
]
Role = Annotated[
    str | None,
    typer.Option(help="The ARN of the role by which SageMaker uses the bucket of LOOKALIKE_INDEX."),
]
Image = Annotated[
    str | None,
    typer.Option(
        help="An image of services/Dockerfile in ECR, which needs no job. [SageMaker's built-in k-NN]"
    ),
]
Instance = Annotated[str | None, typer.Option(help="The type of the endpoint's instances. [ml.t2.medium]")]
Count = Annotated[int | None, typer.Option(min=1, max=100, help="The number of its instances. [1]")]
TrainingInstance = Annotated[str, typer.Option(help="The type of the instance that trains.")]
IndexType = Annotated[
    str | None,
    typer.Option(
        help="faiss.Flat, faiss.IVFFlat or faiss.IVFPQ. [Flat to 100,000 rows, IVFFlat to a million, IVFPQ]"
    ),
]


@app.callback()
def _group() -> None:
    """A deployment on AWS, and its k-NN endpoint on SageMaker."""


def _say_served(endpoint: str, trained: TrainedIndex) -> None:
    say(f"endpoint {endpoint} serves training {trained.training}")
    say(f"{len(trained.facts)} items, {trained.rows} rows, {trained.rows_answered} rows an answer")


@app.command()
def train(
    role: Role = None,
    endpoint: Endpoint = None,
    image: Image = None,
    instance: Instance = None,
    count: Count = None,
    training_instance: TrainingInstance = "ml.m5.xlarge",
    index_type: IndexType = None,
) -> None:
    """Train an endpoint on the catalogue, and let it serve; it costs money from then on.

    The vectors go to the bucket of LOOKALIKE_INDEX. Interrupted and started again it goes on with the job or
    the endpoint that is under way. What is made has the tag `lookalike:endpoint`.
    """
    with _opened(endpoint, role, image, instance, count, training_instance) as parts:
        name, trained = parts.training.endpoint, parts.training.train(index_type=index_type)
    _say_served(name, trained)
    tell(f"searches with LOOKALIKE_KNN=sagemaker://{name} use it")


@app.command()
def retrain(
    role: Role = None,
    endpoint: Endpoint = None,
    image: Image = None,
    instance: Instance = None,
    count: Count = None,
    training_instance: TrainingInstance = "ml.m5.xlarge",
    index_type: IndexType = None,
) -> None:
    """Train an endpoint again on the catalogue as it is now; searches go on meanwhile.

    What was added, changed or deleted since the last training counts without it, but every search keeps that
    in memory and compares it itself. Role, image and instances stay as they are unless they are given;
    with --instance or --count alone the training that there is goes over to these.
    """
    with _opened(endpoint, role, image, instance, count, training_instance) as parts:
        name, trained = parts.training.endpoint, parts.training.retrain(index_type=index_type)
    if trained is None:
        say(f"endpoint {name} is trained on the catalogue as it is: nothing was done")
        return
    _say_served(name, trained)


@app.command()
def status(endpoint: Endpoint = None) -> None:
    """Show the endpoint, its training, what changed since, and everything that has its tag."""
    with _opened(endpoint) as parts:
        name, state = parts.training.endpoint, parts.trainer.state()
        if state is None:
            say(f"there is no endpoint {name} in this region; `lookalike aws train` makes it")
        else:
            told = f", instances: {state.count}" if state.count else ""
            say(f"endpoint {name}: {state.status}{told}{f' ({state.reason})' if state.reason else ''}")
            if state.training:
                _say_training(parts, state.training)
        for kind, tagged in sorted((each.kind, each.name) for each in parts.trainer.leftovers.tagged()):
            say(f"tagged: {kind} {tagged}")


@app.command()
def delete(
    endpoint: Endpoint = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an endpoint with its configurations, models and trainings, after which nothing of it is billed.

    The catalogue stays as it is; `lookalike aws train` makes the endpoint again.
    """
    with _opened(endpoint) as parts:
        name, state = parts.training.endpoint, parts.trainer.state()
    if state is not None:
        tell(f"searches with LOOKALIKE_KNN=sagemaker://{name} get no answers from then on")
        if not yes and not typer.confirm(f"Delete endpoint {name}?", err=True):
            raise typer.Exit(1)
    with _opened(endpoint) as parts:
        removed = parts.trainer.remove(parts.training.note)
    for each in removed:
        say(f"deleted: {each}")
    say(f"nothing of endpoint {name} is {'billed any more' if removed else 'there'}")


def _say_training(parts: TrainingParts, name: str) -> None:
    trained = parts.trainings.load(name)
    if trained is None:
        say(f"training {name}, of which nothing is kept: run `lookalike aws train` again")
        return
    changed = {change.item_id for change in parts.store.changes(after=trained.cursor, limit=10_000)}
    say(f"training {name}: {len(trained.facts)} items of model {trained.model}, {trained.rows} rows")
    say(f"{len(changed)} items were added, changed or deleted since")
    if parts.store.model() != trained.model:
        say(f"the catalogue is of model {parts.store.model()} by now: run `lookalike aws retrain`")
    elif 10 * len(changed) > len(trained.facts):
        say("more than a tenth: `lookalike aws retrain` brings them to the endpoint")


@contextmanager
def _opened(
    endpoint: str | None,
    role: str | None = None,
    image: str | None = None,
    instance: str | None = None,
    count: int | None = None,
    training_instance: str = "",
) -> Iterator[TrainingParts]:
    """The parts of a training, whose progress is shown."""
    from services.adapters.sagemaker_training import Hardware
    from services.bootstrap.training import open_training

    settings = load(CliSettings)
    endpoint = endpoint or (settings.endpoint.name if settings.endpoint else DEFAULT_ENDPOINT)
    if not ENDPOINT_NAME.fullmatch(endpoint):
        raise InputError(f"endpoint {endpoint!a}; expected letters, digits and hyphens, at most 63")
    hardware = Hardware(role, image, instance, count, training_instance)
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield open_training(settings, endpoint, hardware=hardware, note=_shown_by(progress))


def _shown_by(progress: Progress) -> Note:
    """What shows each step of a training as a line of its own."""
    steps: dict[str, TaskID] = {}

    def note(what: str, done: int, total: int) -> None:
        if what not in steps:
            steps[what] = progress.add_task(what, total=None)
            if progress.disable:
                tell(what)
        shown = f"{what}: {done} of {total}" if total else what
        progress.update(steps[what], description=shown)

    return note
