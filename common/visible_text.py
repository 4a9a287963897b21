"""Text of others for terminals and logs: characters that would act on them are shown as escapes."""

import re

# Control characters (ESC, CSI, line ends), line and paragraph separators, those that turn the direction of
# writing or take no room, and halves of surrogate pairs. Joiners stay, as scripts and emoji need them.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
LINE_END = re.compile("[\t\n\r\v\f\x85\u2028\u2029]+")


def visible(text: str) -> str:
    """The text in one line, with each acting character as its escape, such as \\x1b or \\u202e."""
    return text if text.isascii() and text.isprintable() else _ACTING.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    # In JSON, which has control characters below a blank escaped already, these are escapes too.
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x20 else f"\\u{code:04x}")
