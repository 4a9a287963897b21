"""The rate of an import beside that of the bare model: `python -m bench.importing`.

Imports pictures of the sample catalogue as `lookalike items import` does, into a folder of its own, and runs
the model's inputs, made beforehand, through ONNX Runtime alone: the same batches, the same number of threads.
Both take turns, because other work on the machine slows down the one or the other.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.locate import resolve
from services.adapters import pillow_pictures, pillow_views
from services.bootstrap.settings import CliSettings
from services.cli.import_ import open_journal, outcome
from services.cli.import_sources import open_source
from services.cli.running_system import open_writer
from services.core.importing.import_run import ImportRun
from services.core.ports import Picture

PICTURES = Path(__file__).resolve().parents[1] / "samples" / "pictures"
ITEMS, PAIRS = 40, 7
# The model's inputs by name.
Batch = dict[str, NDArray[Any]]


def main() -> None:
    """Print both rates for each pair, and the median of their ratios."""
    settings = CliSettings()
    pictures = sorted(PICTURES.iterdir())[:ITEMS]
    batches, session = _batches(pictures), _session(settings)
    count = sum(len(batch["picture"]) for batch in batches)
    print(
        f"{ITEMS} items, {count} pictures in batches of {_sizes(batches)}, "
        f"model {settings.model}, {settings.threads} of {len(os.sched_getaffinity(0))} processors for it"
    )
    ratios = []
    for pair in range(PAIRS):
        began = time.perf_counter(), _others_s()
        # They take turns at being first.
        if pair % 2:
            import_s, bare_s = _import_s(settings, pictures), _bare_s(session, batches)
        else:
            bare_s, import_s = _bare_s(session, batches), _import_s(settings, pictures)
        others = (_others_s() - began[1]) / (time.perf_counter() - began[0])
        ratios.append(bare_s / import_s)
        rates = f"bare ONNX Runtime {ITEMS / bare_s:.2f} items/s, import {ITEMS / import_s:.2f} items/s"
        print(f"{rates}: {ratios[-1]:.3f} of it, while other programs kept {others:.1f} processors busy")
    median = statistics.median(ratios)
    print(f"import at {median:.3f} of the rate of bare ONNX Runtime (median of {PAIRS} pairs)")


def _others_s() -> float:
    """CPU seconds that all processors have spent on other programs."""
    user, nice, system, _idle, _io, irq, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK") - time.process_time()


def _batches(pictures: list[Path]) -> list[Batch]:
    """The batches that the import gives the model, one a run."""
    batches: list[Batch] = []
    for path in pictures:
        views = pillow_views.views(pillow_pictures.decode(path.read_bytes())[0])
        shapes: defaultdict[tuple[int, ...], list[Picture]] = defaultdict(list)
        for view in views:
            shapes[view.shape].append(view)
        for alike in shapes.values():
            whole = np.tile(np.array([0, 0, 1, 1], np.float32), (len(alike), 1))
            batches.append({"picture": np.stack(alike), "known": whole, "alone": np.array(True)})
    return batches


def _sizes(batches: list[Batch]) -> str:
    return " and ".join(map(str, sorted({len(batch["picture"]) for batch in batches})))


def _session(settings: CliSettings) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = settings.threads, 1
    path = str(resolve(settings.model, build=True))
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _bare_s(session: onnxruntime.InferenceSession, batches: list[Batch]) -> float:
    began_s = time.perf_counter()
    for batch in batches:
        session.run(["vector"], batch)
    return time.perf_counter() - began_s


def _import_s(settings: CliSettings, pictures: list[Path]) -> float:
    """Seconds from the first row to the last acknowledgement; the model is loaded before."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as given:
        for path in pictures:
            (Path(given) / path.name).symlink_to(path)
        there = settings.model_copy(update={"data_dir": Path(folder)})
        with (
            open_writer(there) as (maker, writer),
            open_source(given, there, model=maker.featurizer.fingerprint) as source,
            open_journal(there, source.name) as journal,
        ):
            began_s = time.perf_counter()
            counts = ImportRun(maker, writer, journal=journal).run(source.jobs)
            took_s = time.perf_counter() - began_s
    if counts.kept != source.total:
        raise RuntimeError(f"{outcome(counts)}; expected all {source.total}")
    return took_s


if __name__ == "__main__":
    main()
