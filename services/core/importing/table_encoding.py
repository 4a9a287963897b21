"""The encoding of a table: UTF-8, UTF-16, or one of two older ones that its letters tell.

Every single-byte encoding reads every file, and the detectors that there are guess: of tables as short as a
shop's they name the wrong one, with confidence, one time in three. So a table is read as Korean (cp949) or
Western European (cp1252) only if all of its letters say so, and refused otherwise; docs/importing.md has the
rule and docs/decisions/one-reader-of-tables.md the measurement.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from services.core.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs of host names and of Python's own texts.
_NO_TABLES = ("idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7")
# Bytes of a table that are read at once, and those by which an older encoding is told.
_PIECE_BYTES, _SEEN_BYTES = 2**20, 32 * 2**20
_BEYOND_ASCII, _WRONG = re.compile("[^\0-\x7f]"), re.compile("[\udc80-\udcff]")
_HOW = "save it as UTF-8, or name its encoding"


Opened = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table's text, read line by line from its file, which `opened` opens anew.

    Bytes that a text in UTF-8 has wrong are half surrogates in it.
    """

    opened: Opened
    encoding: str
    codec: str
    strict: bool = True

    def lines(self, *, newline: str | None = "") -> Iterator[str]:
        """Its lines, with their ends as `newline` has it in Python's open()."""
        errors = "strict" if self.strict else "surrogateescape"
        with io.TextIOWrapper(self.opened(), self.codec, errors, newline) as text:
            if first := text.readline().removeprefix("\ufeff"):
                yield first
            yield from text


def find_text(opened: Opened, *, name: str, encoding: str = "") -> TableText:
    """The text of a table, in the given encoding or in the one found; raises InputError with the line."""
    if encoding:
        return _checked(TableText(opened, encoding, _codec(encoding)), name)
    with opened() as file:
        begin = file.read(1000)
        size = file.seek(0, io.SEEK_END)
    for bom, found in _BOMS:
        if begin.startswith(bom):
            if found != "utf-8":
                return _checked(TableText(opened, found, found), name)
            return _in_utf8(opened) or _refuse(opened, name)
    if wide := _wide(begin, size):
        return _checked(TableText(opened, wide, wide), name)
    return _in_utf8(opened) or _in_older(opened, name) or _refuse(opened, name)


def _codec(encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding)
        if codec._is_text_encoding and codec.name.replace("-", "_") not in _NO_TABLES:
            return "utf-8-sig" if codec.name == "utf-8" else codec.name
    except (LookupError, ValueError):
        pass
    expected = "utf-8, utf-16, cp949, cp1252, cp1250, cp1251, shift_jis, gb18030, big5"
    raise InputError(f"encoding {encoding[:40]!a} is not known; expected one such as {expected}") from None


def _pieces(opened: Opened) -> Iterator[bytes]:
    with opened() as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
    yield b""


def _checked(text: TableText, name: str) -> TableText:
    """The text, if all of it is in its encoding."""
    decoder, before = codecs.getincrementaldecoder(text.codec)(), 0
    try:
        for piece in _pieces(text.opened):
            before += decoder.decode(piece, final=not piece).count("\n")
    except UnicodeDecodeError as error:
        right = error.object[: error.start].decode(error.encoding, errors="replace")
        line = before + right.count("\n") + 1
        raise InputError(f"{name} line {line} is not {text.codec} ({error.reason}); {_HOW}") from None
    except UnicodeError as error:
        raise InputError(f"{name} is not {text.codec} ({str(error)[:100]}); {_HOW}") from None
    return text


def _wide(begin: bytes, size: int) -> str:
    """UTF-16 without its mark: the separators are Latin, so that zero bytes stand at every other place."""
    zeros = begin[::2].count(0), begin[1::2].count(0)
    # Some letters of other scripts have a zero byte too, at the other place.
    if size % 2 or max(zeros) < max(3, len(begin) // 10) or max(zeros) <= 4 * min(zeros):
        return ""
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _in_utf8(opened: Opened) -> TableText | None:
    """UTF-8, also with some bytes that are none, whose rows are then refused; None for another encoding."""
    decoder, beyond, wrong = codecs.getincrementaldecoder("utf-8")("surrogateescape"), 0, 0
    for piece in _pieces(opened):
        text = decoder.decode(piece, final=not piece).replace("\ufeff", "")
        if not text.isascii():
            beyond += len(_BEYOND_ASCII.findall(text))
            wrong += len(_WRONG.findall(text))
    # Text in another encoding hardly ever holds a sequence of UTF-8.
    return TableText(opened, "utf-8", "utf-8", strict=False) if beyond - wrong >= 3 * wrong else None


def _refuse(opened: Opened, name: str) -> TableText:
    """Refuse a table that is not UTF-8, with the place where it is not."""
    decoder, before = codecs.getincrementaldecoder("utf-8")(), 0
    try:
        for piece in _pieces(opened):
            before += decoder.decode(piece, final=not piece).count("\n")
    except UnicodeDecodeError as error:
        line = before + error.object.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name} line {line} is not UTF-8 (byte 0x{error.object[error.start]:02X}), and its encoding is "
            f"unclear; {_HOW}"
        ) from None
    raise InputError(f"the encoding of {name} is unclear; {_HOW}")


def _in_older(opened: Opened, name: str) -> TableText | None:
    """Korean or Western European, as the beginning of a table says."""
    with opened() as file:
        begin = file.read(_SEEN_BYTES)
        begin = begin[: begin.rfind(b"\n") + 1] if file.read(1) else begin
    found = [
        encoding
        for encoding, reads in (("cp949", _is_korean), ("cp1252", _is_western))
        if (text := _strictly(begin, encoding)) is not None and reads(text)
    ]
    return _checked(TableText(opened, found[0], found[0]), name) if len(found) == 1 else None


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


# The syllables of nine tenths of Korean text, and those of shops' words.
_COMMON = frozenset(
    "다니이습가는로에지을사카시라목기품있메서하없진를그세은의요상나수어아영고입으한보개일도거제장버않중것치오면음저탈결른인만되합모"
    "과용실더까여자대리계르내했연읽색정찾터바스트초브페소키행전비무주작우프쓰할들간직마안검름추동파져단건확었와부답됩금응번록표열문돌"
    "래델러두물화쪽게찍식선너신알받력처때았폴앞같택틀첫립임드분위데누야필옵크남각줄테든류며구점본언체템절준네새판변밀잘유움완말접설명"
    "컨반컴빠느후타납예값린올봅방밖빨파란흰노초록검회머컵꽃병접시그릇숟락젓냄비칼도마쟁반주전티팟유리나무도플철원블랙화이트핑크레드"
    "블루퍼플옐로우소중대형무광커튼베개쿠션담불러그램프등조명의책상선반옷걸울신발방가죽면셔바지코원피스양말모장갑팔찌목걸귀반지"
    "시계폰케충전키보마우모니헤드셋펜연필노화학용강아지고양"
)
_HANGUL = re.compile("[가-힣]")
# Signs that Korean text has beside its syllables, in the rows A1 to A3 and A7 of its character set.
_BESIDE = re.compile("[\0-\x7f\u00b7\u2010-\u203b\u2103\u20a9\u3000-\u301f\u3380-\u33dd\uff01-\uffe6×÷°±~]")


def _is_korean(text: str) -> bool:
    """Whether the letters are Hangul, of the syllables that are in use."""
    syllables = _HANGUL.findall(text)
    others = [sign for sign in _HANGUL.sub("", text) if not _BESIDE.match(sign)]
    common = sum(syllable in _COMMON for syllable in syllables)
    return len(syllables) >= 2 and len(others) * 20 <= len(syllables) and common * 2 >= len(syllables)


# Letters beyond ASCII of the languages that are written in cp1252, a language a word.
_LANGUAGES = (
    frozenset("äöüßé"),
    frozenset("àâæçéèêëîïôœùûü"),
    frozenset("áéíñóúü"),
    frozenset("áâãàçéêíóôõúü"),
    frozenset("àèéìíîòóùú"),
    frozenset("åäöé"),
    frozenset("åæøéäö"),
    frozenset("äëïöüéèê"),
)
# A letter in whose place other code pages have another one counts only where its languages have it, which is
# where those other languages have theirs least.
_IN_PLACE = re.compile(
    r"""(?x)
      è(?=s?\b | [bcdfglmnpqrstv]{1,2}e | qu)        # mère, très, caffè; č in cp1250
    | ê(?=s?\b | [tmnvprl][re] | te? \b | che | nci | ss | ni)  # fenêtre, três; ę
    | à(?=\b) | [ìòù](?=\b)                          # déjà, più; ŕ, ě, ň, ů
    | ã(?=o | es?\b) | õ(?=e)                        # pão, limões; ă, ő
    | ñ(?=[aeiouáéíóú])                              # niño; ń
    | û(?=[trl] | che | me)                          # flûte; ű, and ū in cp1257
    | œ(?=u | il)                                    # œuf; ś
    | â(?=[^\W\d_zjkd]) | î(?=[tlnmre] | ch)         # pâte, boîte; ā, ī
    | ç(?=[aoulãõáóúâô])                             # façade; ē
    | (?<=[aeiouéó])[ïë] | å | ø | æ
    """
)
_TELLING = frozenset("èêàìòùãõñûœâîçïëåøæ")
_WORD = re.compile(r"[^\W\d_²³½¼¾]+")
_SIGNS = re.compile("[\0-\x7f\xa0€£©®™°§²³½¼¾×·«»¿¡“”„‘’‚–—…•ªº]")
# Signs that are letters of other code pages: within a word they are, and some before or after one. An
# apostrophe or a point may stand within a word.
_STRAY_SIGN = re.compile(
    r"""(?x)
      [^\W\d_][€£©®™°§²³½¼¾×«»¿¡“”„‘‚…•ªº]+[^\W\d_ªº] | [£„‚ªº][^\W\d_] | °[^\W\dCF_] | [^\W\d_][¿¡³²]
    | [€£©®™°§²³½¼¾¿¡»«]{2} | (?<![^\W_])[²³] | [²³½¼¾][^\W\d_²³½¼¾]
    | [–—][^\s\d,;|"'] | [^\s\d,;|"'][–—](?!\s)
    """
)
# German quotes, which begin with a sign that is a letter elsewhere.
_QUOTED = re.compile("(?<![^\\W_])„([^„“\r\n]*)“|(?<![^\\W_])‚([^‚‘\r\n]*)‘")
# Words of one accented letter.
_ALONE = frozenset("àáéèóö")


def _is_western(text: str) -> bool:
    """Whether each word is one of Western Europe's languages, as far as its letters can tell."""
    text = _QUOTED.sub(r" \1\2 ", text)
    if any(not _SIGNS.match(each) and not each.isalpha() for each in set(text)) or _STRAY_SIGN.search(text):
        return False
    words = [word.strip("ªº") for word in set(_WORD.findall(text)) if not word.isascii()]
    return all(map(_is_western_word, words))


def _is_western_word(word: str) -> bool:
    """No run of accented letters, no capital within small ones, one language's letters, each in its place."""
    if re.search("[^\0-\x7f]{3}|[a-zß-ÿ][À-Þ]", word):
        return False
    small = word.lower()
    if not re.search("[a-z]", small) and small not in _ALONE:
        return False
    if not any(set(re.findall("[^\0-\x7f]", small)) <= language for language in _LANGUAGES):
        return False
    in_place = {match.start() for match in _IN_PLACE.finditer(small)}
    return all(at in in_place for at, letter in enumerate(small) if letter in _TELLING)
