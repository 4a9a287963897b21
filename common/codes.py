"""Barcodes and QR codes that a camera has read in a frame, and their form in messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from common.visible_text import visible

CodeKind = Literal["ean_13", "ean_8", "upc_a", "upc_e", "qr"]
KINDS: tuple[CodeKind, ...] = get_args(CodeKind)
# Of one frame; with texts of this length a message stays below 5 KB.
MAX_CODES = 4
MAX_TEXT_BYTES = 128

_DIGITS = re.compile(r"[0-9]{6,14}")
Shares = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its text as printed, and its place in the frame as left, top, width, height in shares."""

    kind: CodeKind
    text: str
    box: Shares


def code_fault(kind: object, text: str) -> str:
    """What is wrong with a code's kind or text, in words; "" if nothing is."""
    if kind not in KINDS:
        return f"its kind is {_shown(kind)}; expected one of {', '.join(KINDS)}"
    # A half of a surrogate pair, which is no UTF-8, is among the characters that visible() replaces.
    if visible(text) != text or not 1 <= len(text.encode()) <= MAX_TEXT_BYTES:
        return f"its text is {_shown(text)}; expected 1 to {MAX_TEXT_BYTES} bytes without control characters"
    if kind != "qr" and _DIGITS.fullmatch(text) is None:
        return f"its text is {_shown(text)}; expected 6 to 14 digits"
    return ""


def codes_json(codes: Sequence[Code]) -> list[dict[str, Any]]:
    """The form of a message's `codes`."""
    return [
        {"kind": each.kind, "text": each.text, "box": [round(share, 4) for share in each.box]}
        for each in codes
    ]


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
