"""The encoding of a table: told safely, or refused; never guessed."""

from __future__ import annotations

import io

import pytest

from services.core.errors import InputError
from services.core.importing.table_encoding import TableText, find_text

# Titles as shops have them, by the encoding that they are written in. Each line is one table.
TOLD = {
    "cp949": [
        "빨간 머그|파란 꽃병|도자기 접시 3개 세트|나무 숟가락|유리 물병 500㎖|무선 키보드 (검정)",
        "면 티셔츠 (흰색)|가죽 지갑|스테인리스 텀블러|접이식 의자 ‘소형’",
    ],
    "cp1252": [
        "Grüne Gießkanne – 5 €|Blumentopf|Löffel aus Holz|Schüssel, groß|Kännchen|Übertopf weiß|Größe 5½ ×2",
        "Théière émaillée|Cafetière à piston|Crème brûlée – 6 pièces|Bouteille d’eau|Fenêtre|Œuf à la coque",
        "Cuchara de niño|Jarrón azul|Lámpara de pie|Sartén pequeña|¿Qué? ¡Sí!",
        "Colher de pão|Açucareiro|Balcão|Xícara|Chávena|Garrafão|Limões",
        "Blå kopp|Röd skål|Träsked|Rød kop|Dyb tallerken til smørrebrød",
        "Tazza da tè|Più grande|Qualità|Perché",
        "Café Müller|Crèmeschale groß|Jalapeño|Smörgås",
        "Müller® Töpfe™ 20°C|«Größe»|„Schön“",
    ],
}
UNCLEAR = {
    "cp1250": [
        "Żółta filiżanka|Łyżka drewniana|Miska głęboka|Świecznik",
        "Červený hrnek|Lžíce dřevěná|Talíř hluboký",
        "Konvička|Kočka|Lžička",
        "Cană roşie|Vază albastră|Farfurie adâncă",
        "Fűszertartó|Kőris tál",
    ],
    "cp1251": ["Красная кружка|Синяя ваза", "Вид", "Тарілка"],
    "koi8_r": ["Красная кружка|Чайник"],
    "cp1253": ["Κόκκινη κούπα|Ποτήρι"],
    "cp1254": ["Kırmızı bardak|Tahta kaşık"],
    "cp1255": ["ספל אדום|כף עץ"],
    "cp1256": ["كوب أحمر|طبق"],
    "cp1257": ["Sarkana krūze|Zila vāze|Tējkanna", "Mėlyna vaza|Šaukštas"],
    "cp874": ["แก้วสีแดง|กาน้ำชา"],
    "cp932": ["赤いマグカップ|青い花瓶|木のスプーン", "本", "深皿"],
    "euc_jp": ["赤いマグカップ|青い花瓶", "深皿"],
    "gb18030": ["红色马克杯|蓝色花瓶|木勺", "红", "包", "茶壶"],
    "big5": ["紅色馬克杯|藍色花瓶|木勺", "杯", "深盤"],
    "mac_roman": ["Théière émaillée|Pichet en grès", "Grüne Gießkanne|Löffel"],
    "cp850": ["Grüne Gießkanne|Schüssel, groß", "Théière"],
    "iso8859_15": ["Œuf", "Preis 5 €"],
    # One syllable could be of any encoding.
    "cp949": ["컵", "펜"],
}


def read_text(content: bytes, encoding: str = "") -> TableText:
    return find_text(lambda: io.BytesIO(content), name="t.csv", encoding=encoding)


def text_of(found: TableText) -> str:
    return "".join(found.lines())


def table(titles: str) -> str:
    rows = (f"k{n},{title},pics/mug{n}.jpg,4.50\r\n" for n, title in enumerate(titles.split("|")))
    return "id,title,image,price\r\n" + "".join(rows)


@pytest.mark.parametrize(("encoding", "titles"), [(each, line) for each in TOLD for line in TOLD[each]])
def test_what_the_letters_tell_is_read(encoding: str, titles: str) -> None:
    # Each title by itself too: a table may have one row.
    for text in (table(titles), *map(table, titles.split("|"))):
        content = text.encode(encoding)
        if not content.isascii():
            found = read_text(content)
            assert (text_of(found), found.encoding) == (text, encoding)


@pytest.mark.parametrize(("encoding", "titles"), [(each, line) for each in UNCLEAR for line in UNCLEAR[each]])
def test_what_they_do_not_tell_is_refused_with_the_line_and_read_when_it_is_said(
    encoding: str, titles: str
) -> None:
    text = table(titles)
    content = text.encode(encoding)
    with pytest.raises(InputError, match=r"t\.csv line \d+ is not UTF-8 \(byte 0x..\), and its"):
        read_text(content)
    assert text_of(read_text(content, encoding=encoding)) == text


def test_a_word_in_another_encoding_leaves_a_table_in_utf8() -> None:
    text = table("Grün – groß|Öl").encode() + "x,Gr\xfcn,a.jpg,1\r\n".encode("cp1252")
    found = read_text(text)
    assert found.encoding == "utf-8"
    assert text_of(found).endswith("x,Gr\udcfcn,a.jpg,1\r\n")


def test_utf16_that_is_cut_short_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"t\.csv line 2 is not utf-16 \(truncated data\)"):
        read_text(table("Mug").encode("utf-16")[:-1])
