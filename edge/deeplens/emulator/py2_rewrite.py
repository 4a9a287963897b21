"""The rewriting of obsolete Python 2 idioms, and files that open as in Python 2."""

import ast
import builtins
import copy
import io
import numbers
from typing import Any

import numpy as np

_DIVIDE, _DIVIDE_IN_PLACE = "__lookalike_divide__", "__lookalike_divide_in_place__"


class Python2Rewriter(ast.NodeTransformer):
    """Rewrites `array.tostring()`, which numpy removed, a late `global`, and the division of Python 2."""

    def __init__(self, *, python2_division: bool) -> None:
        self._python2_division = python2_division
        self._globals: list[str] | None = None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Rename `tostring` to `tobytes`."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "tostring" and not node.args:
            node.func.attr = "tobytes"
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Move a `global` after a use of its name, which Python 2 allowed, to the function's beginning."""
        outer, self._globals = self._globals, []
        self.generic_visit(node)
        names, self._globals = self._globals, outer
        if names:
            first = node.body[0]
            node.body.insert(ast.get_docstring(node) is not None, ast.copy_location(ast.Global(names), first))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Leave the `global` of a class in its place."""
        outer, self._globals = self._globals, None
        self.generic_visit(node)
        self._globals = outer
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        """Collect a `global` for the beginning of its function."""
        if self._globals is None:
            return node
        self._globals += node.names
        return ast.copy_location(ast.Pass(), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Make `a / b` the division of Python 2."""
        self.generic_visit(node)
        if not (self._python2_division and isinstance(node.op, ast.Div)):
            return node
        return _call(_DIVIDE, node.left, node.right, at=node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """Make `a /= b` the division of Python 2."""
        self.generic_visit(node)
        if not (self._python2_division and isinstance(node.op, ast.Div)):
            return node
        before = copy.deepcopy(node.target)
        before.ctx = ast.Load()
        value = _call(_DIVIDE_IN_PLACE, before, node.value, at=node)
        return ast.copy_location(ast.Assign([node.target], value), node)


def namespace() -> dict[str, Any]:
    """The names that a rewritten program finds in its module."""
    return {_DIVIDE: divide, _DIVIDE_IN_PLACE: divide_in_place, "open": open_file}


def divide(left: Any, right: Any) -> Any:
    """Python 2's `/`: whole numbers give a whole number."""
    return left // right if _is_whole(left) and _is_whole(right) else left / right


def divide_in_place(left: Any, right: Any) -> Any:
    """Python 2's `/=`; an array is changed in place."""
    if _is_whole(left) and _is_whole(right):
        left //= right
    else:
        left /= right
    return left


def open_file(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    """Open a file as Python does; one opened for writing text takes bytes too.

    The samples of the time write JPEGs to /tmp/results.mjpeg that way.
    """
    if "b" in mode or not set(mode) & set("wax"):
        return builtins.open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    by_line = buffering == 1  # not for binary files
    binary = mode.replace("t", "") + "b"
    raw = builtins.open(file, binary, -1 if by_line else buffering, closefd=closefd, opener=opener)  # noqa: SIM115
    return _LenientText(raw, encoding, errors, newline, line_buffering=by_line, write_through=not buffering)


class _LenientText(io.TextIOWrapper):
    def write(self, text: Any) -> int:
        if not isinstance(text, bytes | bytearray | memoryview):
            return super().write(text)
        self.flush()
        return len(text) if self.buffer.write(bytes(text)) else 0


def _call(name: str, *arguments: ast.expr, at: ast.AST) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, at))


def _is_whole(value: object) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return bool(np.issubdtype(value.dtype, np.integer))
    return isinstance(value, numbers.Integral)
