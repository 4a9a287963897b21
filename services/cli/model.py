"""`lookalike model …`: the models that can be named in LOOKALIKE_MODEL."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from common.wire import MAX_OBSERVATION_BYTES
from models.errors import ModelError
from models.featurizer import OnnxFeaturizer
from models.files import fingerprint, read_model, write_atomically
from models.locate import added, may_be_added, place_for, resolve
from models.variants import VARIANTS
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say
from services.core.errors import InputError

if TYPE_CHECKING:
    from models.wrap import Preparation

# Maximum length of a vector: a number is sent as f16 in base64, 8/3 bytes; the rest takes hundreds of bytes.
MAX_DIM = (MAX_OBSERVATION_BYTES - 2048) * 3 // 8
TRIAL_HEIGHT_PX, TRIAL_WIDTH_PX, TRIALS = 720, 1280, 5

app = typer.Typer(help="The models that turn pictures into vectors.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The models that turn pictures into vectors."""


@app.command("list")
def list_models() -> None:
    """List what LOOKALIKE_MODEL can name.

    A line for each: `*` at the chosen one, name, fingerprint and `dim N` (the vector's length), or `not built
    yet`.
    """
    chosen = load(CliSettings).model
    names = [*VARIANTS, *added()]
    if chosen.endswith(".onnx"):
        names.append(chosen)
    width = max(map(len, names))
    for name in names:
        say(f"{'*' if name == chosen else ' '} {name:{width}}  {_facts(name)}")
    if chosen not in names:
        with _as_input_error("LOOKALIKE_MODEL: "):
            resolve(chosen, build=False)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE.onnx", help="A model, or the export of a network.")],
    name: Annotated[
        str, typer.Option(help="1 to 40 of a-z 0-9 . _ -, none of the built-in names; else the file's.")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite another model of that name.")] = False,
    mean: Annotated[str, typer.Option(metavar="R,G,B", help="What the network subtracts; white is 1.")] = "",
    std: Annotated[str, typer.Option(metavar="R,G,B", help="What it then divides by; white is 1.")] = "",
    bgr: Annotated[bool, typer.Option("--bgr", help="The network takes BGR.")] = False,
) -> None:
    """Check a model and add it to those that LOOKALIKE_MODEL can name.

    A model has the input `picture` and the output `vector` (models/README.md). It is copied to the built
    ones; fingerprint, dim and milliseconds a picture are printed. Another model of that name is overwritten
    only with --replace.

    The export of a network, float32 [batch, 3, S, S] to [batch, dim] or [batch, dim, side, side], needs
    --mean and --std, in the order R,G,B and on the scale where white is 1. Resize, normalisation, pooling
    and unit length are then put around it.
    """
    name = name or file.stem
    if not may_be_added(name):
        raise InputError(
            f"--name {name!r}: expected 1 to 40 of a-z 0-9 . _ - with a letter or digit first, "
            f"no .onnx at the end, and none of {', '.join(VARIANTS)}"
        )
    wanted = preparation(mean, std, bgr=bgr)
    with _as_input_error():
        data = _content(file, wanted)
        path = place_for(name)
        if path.is_file() and not replace and read_model(path) != data:
            raise InputError(f"{path} is there with another content; expected --replace or another --name")
        dim, cost_ms = _measured(file, data)
        write_atomically(path, data)
    size = f"{TRIAL_WIDTH_PX}x{TRIAL_HEIGHT_PX}"
    say(f"added {path}")
    say(f"fingerprint {fingerprint(data)}, dim {dim}, {cost_ms:.1f} ms a picture of {size} on one thread")
    say(f"next: stop the system, set LOOKALIKE_MODEL={name}, run `lookalike index rebuild`, start again")


def preparation(mean: str, std: str, *, bgr: bool) -> Preparation | None:
    """The preparation that an export needs, None for a model of our own form; raises InputError."""
    from models.wrap import Preparation  # only here: onnx takes half a second, and the others need none

    if not mean and not std and not bgr:
        return None
    if not mean or not std:
        raise InputError("an export needs both --mean and --std; expected R,G,B, as 0.485,0.456,0.406")
    means, stds = _three("--mean", mean), _three("--std", std)
    if 0 in stds:
        raise InputError(f"--std {std!r}: expected numbers above 0")
    return Preparation(means, stds, bgr)


def _three(option: str, text: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"{option} {text!r}: expected three numbers R,G,B") from None
    if not all(0 <= value <= 1 for value in (red, green, blue)):
        hint = "divide values for pixels of 0 to 255 by 255"
        raise InputError(f"{option} {text!r}: expected numbers from 0 to 1, where white is 1; {hint}")
    return red, green, blue


def _content(file: Path, wanted: Preparation | None) -> bytes:
    from models.export import read_own
    from models.wrap import wrap

    return read_own(file) if wanted is None else wrap(file, wanted)


def _measured(file: Path, data: bytes) -> tuple[int, float]:
    """The vector's length and the median milliseconds a picture, of the file that will be kept."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / file.name
        trial.write_bytes(data)
        try:
            featurizer = OnnxFeaturizer(trial, threads=1)
        except ModelError as error:
            raise InputError(str(error).replace(str(trial), str(file))) from None
    if featurizer.dim > MAX_DIM:
        raise InputError(
            f"{file}: dim {featurizer.dim} does not fit into a message; expected up to {MAX_DIM}"
        )
    noise = np.random.default_rng(0)
    picture = noise.integers(0, 256, (TRIAL_HEIGHT_PX, TRIAL_WIDTH_PX, 3), np.uint8)
    costs_s = []
    for _ in range(TRIALS + 1):  # the first one warms up
        began_s = time.perf_counter()
        featurizer.look([picture])
        costs_s.append(time.perf_counter() - began_s)
    return featurizer.dim, statistics.median(costs_s[1:]) * 1000


def _facts(name: str) -> str:
    """The fingerprint and vector length of a model's file, or the reason why it can't be read."""
    try:
        path = resolve(name, build=False)
        data = read_model(path)
    except ModelError:
        return "not built yet" if name in VARIANTS else "no such file"
    dim = _dim(data)
    return f"{fingerprint(data)}  {'damaged' if dim is None else f'dim {dim}'}"


def _dim(data: bytes) -> int | None:
    import onnx

    try:
        outputs = onnx.load_model_from_string(data).graph.output
    except Exception:  # protobuf's decoding error is no part of its public interface
        return None
    shapes = [value.type.tensor_type.shape.dim for value in outputs if value.name == "vector"]
    return shapes[0][-1].dim_value if shapes and shapes[0] else None


@contextmanager
def _as_input_error(prefix: str = "") -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        raise InputError(f"{prefix}{error}") from None
