"""Programs in Python 2 compile with their meaning, and keep the line numbers of the file."""

import io
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.deeplens.emulator.py2_convert import compile_program
from edge.deeplens.emulator.py2_rewrite import namespace


def run(text: str, *, python2: bool = False, **names: Any) -> str:
    """The output of a program."""
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile_program(text, "program.py", python2=python2), namespace() | names)
    return printed.getvalue()


@pytest.mark.parametrize(
    ("text", "prints"),
    [
        ('print "a", 1', "a 1\n"),
        ("d = {'a': 1}\nfor k, v in d.iteritems(): print(k, v)", "a 1\n"),
        ("print({'a': 1}.has_key('a'))", "True\n"),
        ("print({'a': 1}.keys()[0])", "a\n"),
        ("print(map(str, [1])[0])", "1\n"),
        ("print(sum(xrange(4)))", "6\n"),
        ("print(isinstance(u'x', unicode), isinstance('x', basestring))", "True True\n"),
        ("import Queue\nprint(Queue.Queue().empty())", "True\n"),
        ("import urllib\nprint(urllib.quote('a b'))", "a%20b\n"),
        ("import sys\nprint(sys.maxint > 0)", "True\n"),
        ("try:\n    raise ValueError, 'no'\nexcept ValueError, error:\n    print error", "no\n"),
        ("def f(a, (b, c)):\n    print a, b, c\nf(1, (2, 3))", "1 2 3\n"),
        ("print reduce(lambda a, b: a * b, [2, 3]), 3 <> 4, `5`", "6 True 5\n"),
        ("if True:\n\tprint 'tab'\n        print 'eight'", "tab\neight\n"),
        ("xrange(1)\nprint('no newline at the end')", "no newline at the end\n"),
    ],
)
def test_python_2_runs(text: str, prints: str) -> None:
    assert run(text) == prints


@pytest.mark.parametrize(
    "text",
    [
        "d = {'a': 1}\nprint(list(d.keys()), 7 / 2)",
        "def has_key(d): return 7 / 2\nprint(['a'], has_key({}))",
        "unicode = str\nprint(['a'], 7 / 2)",
        "try:\n    unicode\nexcept NameError:\n    unicode = str\nprint(['a'], 7 / 2)",
        "try:\n    import Queue\nexcept ImportError:\n    import queue as Queue\nprint(['a'], 7 / 2)",
        "from functools import reduce\nprint(list('a'), reduce(lambda a, b: a / b, [7, 2]))",
    ],
)
def test_python_3_stays_as_it_is(text: str) -> None:
    assert run(text) == "['a'] 3.5\n"


def test_python_2_divides_whole_numbers_to_whole_numbers() -> None:
    assert run("x = 7\nx /= 2\nprint x, 7 / 2, -7 / 2, 7 / 2.0") == "3 3 -4 3.5\n"
    array = np.array([2, 5])
    assert run("print 'half', (array / 2).tolist()\narray /= 2", array=array) == "half [1, 2]\n"
    assert array.tolist() == [1, 2]  # in place, as in Python 2
    assert run("from __future__ import division\nprint 7 / 2") == "3.5\n"


def test_python_2_that_does_not_show_can_be_told() -> None:
    text = "print([1, 2, 3][0:7 / 2])"
    assert run(text, python2=True) == "[1, 2, 3]\n"
    with pytest.raises(TypeError, match="slice indices"):
        run(text)


def test_bytes_go_into_text_files_and_arrays_give_theirs(tmp_path: Path) -> None:
    lines = ["f = open(path, 'w')", "f.write('a')", "f.write(array.tostring())", "f.write('c')", "f.close()"]
    run("\n".join(lines), path=str(tmp_path / "file"), array=np.array([98], np.uint8))
    assert (tmp_path / "file").read_bytes() == b"abc"


def test_a_global_may_come_late() -> None:
    lines = [
        "jpeg = 1",
        "def use():",
        "    'Uses it first.'",
        "    before = jpeg",
        "    def inner():",
        "        jpeg = 7",
        "    inner()",
        "    global jpeg",
        "    jpeg = before + 1",
        "    global other",
        "    other = 5",
        "use()",
        "print(jpeg, other, use.__doc__)",
    ]
    with pytest.raises(SyntaxError):
        compile("\n".join(lines), "program.py", "exec")
    assert run("\n".join(lines)) == "2 5 Uses it first.\n"


def test_a_traceback_shows_the_lines_of_the_file(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    lines = [
        "from urllib import urlencode, urlopen",  # becomes two lines
        "import sys",
        "",
        "def deep(a, (b, c)):",  # becomes two lines
        "    print a",
        "    return reduce(lambda x, y: x + y, [a, b, c])",  # needs an import, which adds a line
        "",
        "deep('a',",
        "     (1, 2))",
    ]
    program.write_text("\n".join(lines))
    code = compile_program(program.read_text(), str(program))
    with pytest.raises(TypeError) as raised, redirect_stdout(io.StringIO()):
        exec(code, namespace())
    frames = [frame for frame in traceback.extract_tb(raised.tb) if frame.filename == str(program)]
    assert [(frame.name, frame.lineno) for frame in frames] == [("<module>", 8), ("deep", 6), ("<lambda>", 6)]
    assert [frame.line for frame in frames] == [lines[line - 1].strip() for line in (8, 6, 6)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\nif x\n    y = 2\n", 2),
        ("print 'a'\nprint 'b'\nif x\n    y = 2\n", 3),
        ("print 'a'\nx = (1,\n", 3),
        ("print 'a'\nx = '''text\n", 2),
        ("print 'a'\nif 1:\n    print 'b'\n  print 'c'\n", 4),
        ("print 'a'\n\nreturn 3\n", 3),
        ("print 'a'\nx = 0777L\n", 2),
    ],
)
def test_what_is_neither_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SyntaxError) as raised:
        compile_program(text, "program.py")
    assert (raised.value.filename, raised.value.lineno) == ("program.py", line)
