"""The model that runs: the wanted one, or the last that worked."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.look.model_choice import ModelChoice, WantedModel
from edge.process.model_folder import ModelFolder
from models.errors import ModelError
from models.files import fingerprint
from tests.hostile import HostileServer, hostile_server
from tests.servers import until

OLD, NEW, BAD = b"old model", b"new model", b"bad model"
OLD_ID, NEW_ID, BAD_ID = map(fingerprint, (OLD, NEW, BAD))


class FakeFeaturizer:
    """A model that only knows its name."""

    finds = False

    def __init__(self, content: bytes) -> None:
        self.fingerprint = fingerprint(content)
        self.providers = ["CPUExecutionProvider"]

    def look(self, pictures: object, boxes: object = None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        raise NotImplementedError


def load(file: Path) -> FakeFeaturizer:
    """Load a model; one whose content begins with `bad` does not load."""
    if file.read_bytes().startswith(b"bad"):
        raise ModelError("it is no model")
    return FakeFeaturizer(file.read_bytes())


class Device:
    """An edge's folder, and the choices of its processes, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.told: list[str | None] = []

    def local(self, content: bytes, name: str = "own.onnx") -> str:
        """The path of a model on the device."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def choice(self, model: str, content: bytes | None = None, *, proven_s: float = 60.0) -> ModelChoice:
        """What a process that starts now chooses from; `content` is that of the wanted model."""
        known = hashlib.sha256(content).hexdigest() if content is not None else None
        return ModelChoice(
            WantedModel(model, known),
            folder=ModelFolder(self.data),
            load=load,
            tell=self.told.append,
            proven_s=proven_s,
        )

    def prove(self, model: str, content: bytes | None = None) -> None:
        """Let a process run this model for long enough."""
        with closing(self.choice(model, content, proven_s=0)) as choice:
            assert runs(choice)
            until(lambda: not choice.is_due() and self.good, what="a proven model")

    @property
    def good(self) -> str | None:
        """The last model that worked."""
        return ModelFolder(self.data).good

    def files(self) -> set[str]:
        """The names of the models that are kept."""
        return {path.name for path in (self.data / "models").glob("*.onnx")}


def runs(choice: ModelChoice) -> str | None:
    """The model that is run now, None if it is time to stop before there is one."""
    found = choice.next(lambda: False)
    return None if found is None else found.fingerprint


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(NEW) as running:
        yield running


def test_a_model_of_the_device_runs_and_is_kept_once_it_has_proved_itself(device: Device) -> None:
    with closing(device.choice(device.local(OLD))) as choice:
        assert runs(choice) == OLD_ID
        assert not choice.is_due()
        assert device.files() == set()
    device.prove(device.local(OLD))
    assert (device.good, device.files()) == (OLD_ID, {f"{OLD_ID}.onnx"})
    assert set(device.told) == {None}


def test_a_model_by_its_address_takes_over_while_the_old_one_runs(
    device: Device, server: HostileServer
) -> None:
    device.prove(device.local(OLD))
    with closing(device.choice(server.url("/good"), NEW, proven_s=0)) as choice:
        assert runs(choice) == OLD_ID
        until(choice.is_due, what="the new model")
        assert runs(choice) == NEW_ID
        assert device.told[-2:] == [f"model {NEW_ID} is being fetched", None]
        assert not choice.is_due()
        assert (device.good, device.files()) == (NEW_ID, {f"{NEW_ID}.onnx"})
    with closing(device.choice(server.url("/good"), NEW)) as choice:  # needs no network any more
        assert runs(choice) == NEW_ID
    assert len(server.asked) == 1


def test_without_another_model_it_waits_for_the_download(device: Device, server: HostileServer) -> None:
    with closing(device.choice(server.url("/good"), NEW)) as choice:
        assert runs(choice) == NEW_ID
    with closing(device.choice(server.url("/silent"), OLD)) as choice:
        asked = iter([False, False, True])
        assert choice.next(lambda: next(asked)) is None


@pytest.mark.parametrize(
    ("path", "why"), [("/absent", "the server answers 404 Not Found"), ("/good", "its fingerprint is")]
)
def test_while_the_address_gives_nothing_the_old_model_goes_on(
    device: Device, server: HostileServer, path: str, why: str
) -> None:
    device.prove(device.local(OLD))
    with closing(device.choice(server.url(path), BAD)) as choice:
        assert runs(choice) == OLD_ID
        until(lambda: f"model {BAD_ID} can't be fetched: {why}" in str(device.told[-1]), what=why)
        assert not choice.is_due()


def test_a_model_that_does_not_load_is_rolled_back(device: Device) -> None:
    device.prove(device.local(OLD))
    address = f"file://{device.local(BAD, 'bad.onnx')}"
    with closing(device.choice(address, BAD)) as choice:
        assert runs(choice) == OLD_ID
        until(choice.is_due, what="the bad model")
        assert runs(choice) == OLD_ID
        assert device.told[-1] == f"model {BAD_ID} can't be used: it is no model"
        assert not choice.is_due()
    with closing(device.choice(address, BAD)) as choice:  # nor does it in a later process
        assert runs(choice) == OLD_ID
    assert device.good == OLD_ID


def test_a_file_of_the_device_that_broke_is_rolled_back_to_the_copy(device: Device) -> None:
    device.prove(device.local(OLD))
    with closing(device.choice(device.local(BAD))) as choice:
        assert runs(choice) == OLD_ID
    (device.folder / "own.onnx").unlink()
    with closing(device.choice(str(device.folder / "own.onnx"))) as choice:
        assert runs(choice) == OLD_ID
        assert "does not exist" in str(device.told[-1])


def test_a_file_of_another_fingerprint_is_not_loaded(device: Device) -> None:
    with (
        closing(device.choice(device.local(NEW), OLD)) as choice,
        pytest.raises(ModelError, match=f"is model {NEW_ID}; expected model {OLD_ID}"),
    ):
        runs(choice)


def test_with_no_model_that_works_its_fault_is_told(device: Device) -> None:
    with (
        closing(device.choice(device.local(BAD))) as choice,
        pytest.raises(ModelError, match="it is no model"),
    ):
        runs(choice)


def test_a_model_that_fails_on_its_first_frames_is_rolled_back_and_later_the_edge_ends(
    device: Device,
) -> None:
    device.prove(device.local(OLD))
    with closing(device.choice(device.local(NEW))) as choice:
        assert runs(choice) == NEW_ID
        choice.refuse(ModelError("model failed on pictures"))
        assert runs(choice) == OLD_ID
        with pytest.raises(ModelError, match="at night"):
            choice.refuse(ModelError("at night"))


def test_a_model_that_ends_the_process_three_times_is_not_tried_again(device: Device) -> None:
    device.prove(device.local(OLD))
    for _ in range(3):
        assert runs(device.choice(device.local(NEW))) == NEW_ID  # killed: nobody closes it
    for _ in range(2):
        with closing(device.choice(device.local(NEW))) as choice:
            assert runs(choice) == OLD_ID
            assert "3 processes in a row ended while they tried it" in str(device.told[-1])


def test_orderly_ends_say_nothing_against_a_model(device: Device) -> None:
    device.prove(device.local(OLD))
    for _ in range(5):
        with closing(device.choice(device.local(NEW))) as choice:
            assert runs(choice) == NEW_ID


def test_a_damaged_copy_is_fetched_again_and_what_a_kill_left_is_removed(
    device: Device, server: HostileServer
) -> None:
    device.prove(server.url("/good"), NEW)
    models = device.data / "models"
    (models / f"{NEW_ID}.onnx").write_bytes(b"half")
    (models / ".part-1").write_bytes(b"half")
    with closing(device.choice(server.url("/good"), NEW)) as choice:
        assert not (models / ".part-1").exists()
        assert runs(choice) == NEW_ID
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "state", [b"", b"[1]", b'{"good":7,"tries":[1]}', b'{"good":"x","tries":{"x":"y"}}', b"\xff"]
)
def test_whatever_its_notes_hold_the_edge_starts(device: Device, state: bytes) -> None:
    device.prove(device.local(OLD))
    (device.data / "models" / "models.json").write_bytes(state)
    with closing(device.choice(device.local(NEW))) as choice:
        assert runs(choice) == NEW_ID


def test_a_data_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match=r"file \(LOOKALIKE_EDGE_DATA\) can't be written: Not a directory"):
        ModelFolder(tmp_path / "file")


def test_without_a_folder_a_model_of_the_device_runs_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(OLD)
    told: list[str | None] = []
    wanted = WantedModel(str(path), OLD_ID)
    with closing(ModelChoice(wanted, folder=None, load=load, tell=told.append, proven_s=0)) as choice:
        assert runs(choice) == OLD_ID
        assert not choice.is_due()
        with pytest.raises(ModelError, match="night"):
            choice.refuse(ModelError("at night"))
