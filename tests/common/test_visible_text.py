"""Text of others moves no cursor, colours nothing, and stays in its line: in terminals and in logs."""

import ast
import json
import logging
from pathlib import Path

import pytest

from common.logs import LineFormatter
from common.visible_text import visible
from services.bootstrap.process import run
from services.cli.printed import say, tell
from services.core.errors import InputError
from tests.system.stack import ROOT

HOSTILE = "a\x1b[2J\x9b31m\r\nb\t\u202eevil\u2066\u2028\x07\x7f\ud800\ufeff"
SAFE = r"a\x1b[2J\u009b31m\r\nb\t\u202eevil\u2066\u2028\x07\u007f\ud800\ufeff"
ORDINARY = ["a mug", "Ünï 日本 한국어", "👩‍🚀 ❤️", "می‌خواهم", "a\u00a0b", "a | b", "~ \\ '"]


def test_what_acts_on_a_terminal_is_shown_as_its_escape() -> None:
    assert visible(HOSTILE) == SAFE
    assert [visible(text) for text in ORDINARY] == ORDINARY


def test_json_stays_json() -> None:
    line = visible(json.dumps({"title": HOSTILE[:-2]}, ensure_ascii=False))
    assert json.loads(line) == {"title": HOSTILE[:-2]}


def format_record(message: str, *args: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x", logging.WARNING, "f.py", 1, message, args, info)
    return LineFormatter("search").format(record)


def test_a_record_of_the_log_is_one_line_whatever_it_says() -> None:
    forged = "lookalike/x\n2026-11-30T00:00:00Z ERROR api: forged\x1b[31m"
    try:
        raise ValueError(forged)
    except ValueError as error:
        lines = [format_record("message on %s refused", forged), format_record("failed", error=error)]
    for line in lines:
        assert line.isprintable()
    assert lines[0].endswith(r"lookalike/x\n2026-11-30T00:00:00Z ERROR api: forged\x1b[31m refused")
    assert "failed | Traceback (most recent call last): | " in lines[1]
    assert lines[1].endswith(r"ValueError: lookalike/x | 2026-11-30T00:00:00Z ERROR api: forged\x1b[31m")


def test_each_printed_line_is_safe(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> int:
        raise InputError(HOSTILE)

    say(HOSTILE, "b")
    tell(HOSTILE)
    assert run(fail) == 2
    printed = capsys.readouterr()
    assert printed.out == f"{SAFE}\nb\n"
    assert printed.err == f"{SAFE}\nerror: {SAFE}\n"


@pytest.mark.parametrize("path", sorted((ROOT / "services" / "cli").glob("*.py")), ids=lambda path: path.name)
def test_the_command_line_prints_by_no_other_way(path: Path) -> None:
    if path.name in ("printed.py", "alive.py"):  # which loads as little as it can
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if ast.unparse(call.func) in ("print", "typer.echo")]
    consoles = [call for call in calls if ast.unparse(call.func).endswith("console.print")]
    assert all(ast.unparse(call.args[0]) in ("visible(text)", "told") for call in consoles)
