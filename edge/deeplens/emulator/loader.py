"""The import of a DeepLens program's files, in Python 3 or 2."""

import os
from collections.abc import Callable
from functools import partial
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, ModuleType

from edge.deeplens.emulator.py2_convert import compile_program
from edge.deeplens.emulator.py2_rewrite import namespace

_OTHERS = frozenset({"site-packages", "dist-packages"})


class ProgramLoader(SourceFileLoader):
    """Loads one file, bypassing __pycache__, which may hold the same file compiled in another way."""

    def __init__(self, fullname: str, path: str, *, python2: bool = False) -> None:
        super().__init__(fullname, path)
        self._python2 = python2
        self._code: CodeType | None = None

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled file; OSError, or SyntaxError with the line."""
        if self._code is None:
            path = self.get_filename(fullname)
            data = self.get_data(path)
            try:
                text = decode_source(data)
            except UnicodeDecodeError as error:
                line = data.count(b"\n", 0, error.start) + 1
                raise SyntaxError(f"no text: {error.reason}", (path, line, None, None)) from None
            self._code = compile_program(text, path, python2=self._python2)
        return self._code

    def exec_module(self, module: ModuleType) -> None:
        """Run the file in its module."""
        module.__dict__.update(namespace())
        super().exec_module(module)


def path_hook(folder: Path, *, python2: bool) -> Callable[[str], FileFinder]:
    """An entry of sys.path_hooks that loads the files of a folder, and of packages in it, as the program."""
    load = partial(ProgramLoader, python2=python2)

    def find(path: str) -> FileFinder:
        inside = Path(os.path.realpath(path))
        if not inside.is_relative_to(folder) or _OTHERS & set(inside.parts):
            raise ImportError(f"{path} is no folder of the program", path=path)
        return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (load, [".py"]))  # type: ignore[arg-type]

    return find
