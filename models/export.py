"""Reads a network's export and checks that it is one that wrap.py can take."""

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto
from onnx.external_data_helper import load_external_data_for_model, uses_external_data

from models.errors import ModelError
from models.files import read_model

_FORM = "expected float32 ['batch', 3, S, S], channels first, with a fixed S"


@dataclass(frozen=True)
class Export:
    """A network with all of its weights inside; `batch` is None when it is free."""

    path: Path
    model: onnx.ModelProto
    inlet: str
    outlet: str
    batch: int | None
    size_px: int


def read_export(path: Path) -> Export:
    """Read a network of one input float32 [batch, 3, S, S] and one output; ModelError for another."""
    model, _ = _load(path)
    name, batch, size_px = _inlet(path, model)
    return Export(path, model, name, _outlet(path, model), batch, size_px)


def read_own(path: Path) -> bytes:
    """Return the content of a file that is of our form already, with weights that lie beside it taken in.

    ModelError: no ONNX file, missing weights, or a network's export, which has to be wrapped.
    """
    model, gathered = _load(path)
    inputs = _inputs(model)
    if len(inputs) == 1 and _type(inputs[0]) == "float32":
        raise ModelError(
            f"{path}: input {inputs[0].name} is float32; expected uint8 picture, or --mean and --std "
            "for a network that takes normalised pictures"
        )
    return serialise(path, model) if gathered else read_model(path)


def serialise(path: Path, model: onnx.ModelProto) -> bytes:
    """Return a model as the content of one file, the same bytes every time; ModelError if it is too large."""
    try:
        data: bytes = model.SerializeToString(deterministic=True)
    except Exception as error:  # protobuf's encoding error is not part of its public interface
        raise ModelError(f"{path} does not fit into one ONNX file; expected less than 2 GB") from error
    return data


def first_line(error: Exception) -> str:
    """Return what a library's error says, short enough for one line of ours."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def _load(path: Path) -> tuple[onnx.ModelProto, bool]:
    """The model, and whether weights of it lay in another file, as PyTorch writes them by default."""
    try:
        model = onnx.load_model_from_string(read_model(path))
    except ModelError:
        raise
    except Exception as error:  # protobuf's decoding error is not part of its public interface
        raise ModelError(f"{path} does not load as ONNX; expected an .onnx file") from error
    apart = [tensor for tensor in model.graph.initializer if uses_external_data(tensor)]
    if not apart:
        return model, False
    file = next((entry.value for entry in apart[0].external_data if entry.key == "location"), "?")
    try:
        load_external_data_for_model(model, str(path.parent))
    except Exception as error:
        raise ModelError(
            f"{path}: its weights are in another file, {file}, which cannot be read; expected it beside "
            "the .onnx file, or an export with external_data=False"
        ) from error
    return model, True


def _inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The graph's inputs without its weights, which old exports list there too."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def _type(value: onnx.ValueInfoProto) -> str:
    kind = value.type.tensor_type.elem_type
    if kind == TensorProto.FLOAT:
        return "float32"
    return TensorProto.DataType.Name(kind).lower() if kind else "no tensor"


def _inlet(path: Path, model: onnx.ModelProto) -> tuple[str, int | None, int]:
    inputs = _inputs(model)
    if len(inputs) != 1:
        raise ModelError(f"{path}: inputs are {[value.name for value in inputs]}; expected one, the picture")
    name, kind = inputs[0].name, _type(inputs[0])
    if kind != "float32":
        own = "; a model of Lookalike's own form takes no --mean and --std" if name == "picture" else ""
        raise ModelError(f"{path}: input {name} is {kind}; {_FORM}{own}")
    shape = [dim.dim_value or dim.dim_param or "?" for dim in inputs[0].type.tensor_type.shape.dim]
    match shape:
        case [int() as batch, 3, int(height), int(width)] if height == width:
            return name, batch, height
        case [str(), 3, int(height), int(width)] if height == width:
            return name, None, height
    raise ModelError(f"{path}: input {name} is {shape}; {_FORM}")


def _outlet(path: Path, model: onnx.ModelProto) -> str:
    outputs = list(model.graph.output)
    if len(outputs) != 1:
        names = [value.name for value in outputs]
        raise ModelError(f"{path}: outputs are {names}; expected one, the features")
    if _type(outputs[0]) != "float32":
        raise ModelError(f"{path}: output {outputs[0].name} is {_type(outputs[0])}; expected float32")
    name: str = outputs[0].name
    return name
