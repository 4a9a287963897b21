"""The compiler of a DeepLens program, which may be Python 2; line numbers stay those of the file."""

import ast
import difflib
import logging
import re
import tempfile
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from edge.deeplens.emulator.py2_detect import is_python2
from edge.deeplens.emulator.py2_rewrite import Python2Rewriter

# This fixer makes imports of modules beside the file relative; a program is no package.
_UNWANTED_FIXER, _PRINT_FIXER = "fissix.fixes.fix_import", "fissix.fixes.fix_print"
_TRUE_DIVISION = re.compile(r"^from __future__ import.*\bdivision\b", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_TAB_COLUMNS = 8  # columns of a tab in Python 2; Python 3 refuses tabs mixed with spaces


def compile_program(text: str, path: str, *, python2: bool = False) -> CodeType:
    """Return the code of a program in Python 3 or 2; `python2` makes it 2 even if it is valid Python 3.

    SyntaxError, with its line in the file, if it is neither. The code must run in a module that has the names
    of edge.deeplens.emulator.py2_rewrite.namespace.
    """
    tree, converted = _parse(text, path, python2=python2)
    division = converted and _TRUE_DIVISION.search(text) is None
    tree = Python2Rewriter(python2_division=division).visit(tree)
    return compile(tree, path, "exec", dont_inherit=True)


def _parse(text: str, path: str, *, python2: bool) -> tuple[ast.Module, bool]:
    """Return the tree, and whether it was converted from Python 2."""
    try:
        tree = ast.parse(text, path)
    except SyntaxError as python3_error:
        try:
            return _convert(text, path, print_statement=True), True
        except SyntaxError as python2_error:
            # The parser that came further names the real fault.
            raise max(python3_error, python2_error, key=lambda error: error.lineno or 0) from None
    if python2 or is_python2(tree):
        return _convert(text, path, print_statement=False), True
    return tree, False


def _convert(text: str, path: str, *, print_statement: bool) -> ast.Module:
    before = text if text.endswith("\n") else text + "\n"
    after = _refactor(before, path, print_statement=print_statement)
    origin = _origins(before.split("\n"), after.split("\n"))
    try:
        tree = ast.parse(after, path)
    except SyntaxError as error:
        line = origin[(error.lineno or 1) - 1] + 1
        raise SyntaxError(error.msg, (path, line, None, None)) from None
    _put_back(tree, origin, before.split("\n"), after.split("\n"))
    return tree


def _refactor(text: str, path: str, *, print_statement: bool) -> str:
    convert = _converter(print_statement).refactor_string
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    try:
        after = str(convert(text, path))
    except IndentationError as error:
        raise IndentationError(error.msg, (path, error.lineno, None, None)) from None
    except (ParseError, TokenError) as error:
        line, _ = error.context[1] if isinstance(error, ParseError) else error.args[1]
        raise SyntaxError("neither Python 3 nor Python 2", (path, line, None, None)) from None
    try:
        ast.parse(after)
    except TabError:
        return _INDENT.sub(lambda indent: indent[0].expandtabs(_TAB_COLUMNS), after)
    except SyntaxError:
        pass
    return after


@cache
def _converter(print_statement: bool) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        import fissix

        # At this import it caches its grammar, by default in the user's home, which may be read-only.
        fissix.CACHE_DIR = Path(folder)
        from fissix.refactor import RefactoringTool, get_fixers_from_package

    logging.getLogger("RefactoringTool").setLevel(logging.ERROR)
    unwanted = {_UNWANTED_FIXER} if print_statement else {_UNWANTED_FIXER, _PRINT_FIXER}
    fixers = [name for name in get_fixers_from_package("fissix.fixes") if name not in unwanted]
    return RefactoringTool(fixers, {"print_function": not print_statement})


def _put_back(tree: ast.Module, origin: list[int], before: list[str], after: list[str]) -> None:
    """Give converted nodes the places that they had before, for tracebacks."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword | ast.alias):
            continue
        new = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        old = tuple(origin[line] for line in new)
        node.lineno, node.end_lineno = old[0] + 1, old[1] + 1
        if any(before[was] != after[now] for was, now in zip(old, new, strict=True)):
            # The column is unknown: the node is the whole line, which tracebacks do not underline.
            line = before[old[0]]
            node.end_lineno = node.lineno
            node.col_offset = len(line) - len(line.lstrip())
            node.end_col_offset = len(line.encode())


def _origins(before: list[str], after: list[str]) -> list[int]:
    """The index of the original line for each line after the conversion."""
    origin = [0] * len(after)
    for _, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for index in range(j1, j2):
            origin[index] = min(i1 + index - j1, max(i2 - 1, i1), len(before) - 1)
    return origin
