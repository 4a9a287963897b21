"""The run of a DeepLens program as on Greengrass: a module of its own name, in its folder, with threads."""

import os
import sys
import threading
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from common.redaction import redact
from edge.deeplens.emulator.loader import ProgramLoader, path_hook


class Program:
    """One file, compiled; it runs once."""

    def __init__(self, path: Path, *, python2: bool = False) -> None:
        """Compile the file; OSError, or SyntaxError with its line. `python2` makes it Python 2."""
        self._path = path.resolve()
        self._python2 = python2
        # Greengrass imports the file as the module FILE of its handler FILE.function, never as __main__. A
        # name that is taken would hide a module of ours.
        self._name = path.stem if path.stem not in sys.modules else f"lambda_{path.stem}"
        self._loader = ProgramLoader(self._name, str(self._path), python2=python2)
        self._loader.get_code(self._name)

    def run(self, *, thing: str) -> int:
        """Run the file and wait for its threads; return the exit code, 1 after an exception (printed)."""
        self._prepare(thing)
        failed = _watch_threads()
        try:
            self._loader.exec_module(self._module())
        except SystemExit as leaving:
            return _exit_code(leaving)
        except BaseException as error:
            self._print(error)
            return 1
        for thread in iter(_next_thread, None):
            thread.join()
        return 1 if failed else 0

    def _prepare(self, thing: str) -> None:
        """Make the process look like the Lambda's: its variables, its folder, no arguments."""
        folder = self._path.parent
        if not os.environ.get("AWS_IOT_THING_NAME"):
            os.environ["AWS_IOT_THING_NAME"] = thing
        os.environ.setdefault("AWS_LAMBDA_FUNCTION_NAME", self._path.stem)
        os.environ.setdefault("LAMBDA_TASK_ROOT", str(folder))
        os.chdir(folder)
        sys.argv = [str(self._path)]
        sys.path.insert(0, str(folder))
        sys.path_hooks.insert(0, path_hook(folder, python2=self._python2))
        sys.path_importer_cache.pop(str(folder), None)

    def _module(self) -> ModuleType:
        spec = spec_from_file_location(self._name, self._path, loader=self._loader)
        assert spec is not None  # with a loader there is always a spec
        return sys.modules.setdefault(self._name, module_from_spec(spec))

    def _print(self, error: BaseException) -> None:
        """Print the traceback from the program on, without the frames that ran it."""
        frames = error.__traceback__
        while frames and frames.tb_frame.f_code.co_filename != str(self._path):
            frames = frames.tb_next
        lines = traceback.format_exception(error.with_traceback(frames or error.__traceback__))
        sys.stderr.write(redact("".join(lines)))


def _watch_threads() -> list[str]:
    """The names of threads that an exception ends, collected from now on."""
    failed: list[str] = []
    tell = threading.excepthook

    def hook(args: threading.ExceptHookArgs, /) -> None:
        if not issubclass(args.exc_type, SystemExit):
            failed.append(args.thread.name if args.thread else "")
        tell(args)

    threading.excepthook = hook
    return failed


def _next_thread() -> threading.Thread | None:
    """A thread that Python would wait for at exit."""
    own = threading.current_thread()
    return next((thread for thread in threading.enumerate() if thread is not own and not thread.daemon), None)


def _exit_code(leaving: SystemExit) -> int:
    if leaving.code is None or isinstance(leaving.code, int):
        return leaving.code or 0
    print(leaving.code, file=sys.stderr)
    return 1
