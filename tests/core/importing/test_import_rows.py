"""Reading the rows of an import."""

import hashlib
import json
from pathlib import Path

import pytest

from services.core.errors import InputError
from services.core.importing.import_rows import BadRow, Row, picture_rows, read_rows


def rows_of(path: Path) -> list[Row]:
    """All rows; none may be bad."""
    found = list(read_rows(path))
    assert [row for row in found if isinstance(row, BadRow)] == []
    return [row for row in found if isinstance(row, Row)]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bad_then_good(path: Path) -> BadRow:
    """The first row's error, after checking that the row behind it was read."""
    first, *_, last = read_rows(path)
    assert isinstance(first, BadRow)
    assert isinstance(last, Row)
    assert last.draft.title == "Good"
    return first


def test_a_folder_gives_its_pictures_with_titles_of_their_names(tmp_path: Path) -> None:
    for name in ("red_mug-2.JPG", "sub/blue mug.webp", "notes.txt", "sub/deep/a.png", "x.gif/inside.jpeg"):
        written(tmp_path, name, b"")
    found = {(row.draft.id, row.draft.title, row.image) for row in rows_of(tmp_path)}
    assert found == {
        ("red_mug-2", "red mug 2", tmp_path / "red_mug-2.JPG"),
        ("sub-blue mug", "blue mug", tmp_path / "sub/blue mug.webp"),
        ("sub-deep-a", "a", tmp_path / "sub/deep/a.png"),
        ("x.gif-inside", "inside", tmp_path / "x.gif/inside.jpeg"),
    }


def test_two_pictures_of_a_folder_never_share_an_id(tmp_path: Path) -> None:
    for name in ("mug.jpg", "mug.png", "a/b.jpg", "a-b.jpg"):
        written(tmp_path, name, b"")
    assert len({row.draft.id for row in rows_of(tmp_path)}) == 4


def test_a_picture_of_a_folder_never_gets_an_id_that_is_reserved(tmp_path: Path) -> None:
    for name in ("archive.jpg", "archive.png"):
        written(tmp_path, name, b"")
    ids = {row.draft.id for row in rows_of(tmp_path)}
    assert len(ids) == 2
    assert all(item_id.startswith("archive-") for item_id in ids if item_id)


def test_a_row_with_a_reserved_id_is_refused_with_the_reason(tmp_path: Path) -> None:
    (bad,) = read_rows(written(tmp_path, "c.csv", "id,title,image\narchive,Mug,p/1.jpg\n"))
    assert isinstance(bad, BadRow)
    assert "'archive' is not allowed, because /items/archive is the address of something else" in bad.reason


def test_a_csv_gives_its_columns_and_takes_others_as_metadata(tmp_path: Path) -> None:
    text = '\ufeffID,Title,image,link,Kind,price\r\n1,"Mug, red",p/1.jpg,https://s.example/1,mug,\r\n'
    (row,) = rows_of(written(tmp_path, "c.csv", text))
    assert (row.draft.id, row.draft.title, row.draft.link) == ("1", "Mug, red", "https://s.example/1")
    assert (row.draft.metadata, row.image) == ({"kind": "mug"}, tmp_path.resolve() / "p/1.jpg")
    assert "line 2" in row.where


def test_a_rows_place_is_its_line_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "c.csv", 'title,url\n\n"two\nlines",http://x/1\nnext,http://x/2\n')
    assert [row.where.rsplit(" ", 1)[1] for row in rows_of(path)] == ["4", "5"]


def test_an_address_is_taken_as_it_is_and_the_same_row_has_the_same_id_again(tmp_path: Path) -> None:
    path = written(tmp_path, "c.csv", "title,url\nA,https://x.example/a.jpg?b=1\nB,https://x.example/b.jpg\n")
    first, second = rows_of(path), rows_of(path)
    assert [row.image for row in first] == ["https://x.example/a.jpg?b=1", "https://x.example/b.jpg"]
    assert [row.draft.id for row in first] == [row.draft.id for row in second]
    assert first[0].draft.id != first[1].draft.id


@pytest.mark.parametrize("name", ["lines.txt", "lines.csv"])
def test_lines_of_the_2018_sample_are_titles_and_addresses(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, "Mug, red, https://x.example/1.jpg\n It's blue , http://x.example/2.jpg\n")
    assert [(row.draft.title, row.image) for row in rows_of(path)] == [
        ("Mug, red", "https://x.example/1.jpg"),
        ("It's blue", "http://x.example/2.jpg"),
    ]


@pytest.mark.parametrize("header", ["id,image", "id,price,image", "image,link"])
def test_a_header_without_a_title_is_refused_and_not_read_as_lines_of_2018(
    tmp_path: Path, header: str
) -> None:
    path = written(tmp_path, "c.csv", f"{header}\n" + ",".join("x" for _ in header.split(",")) + "\n")
    with pytest.raises(InputError, match="title"):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("A", "1 columns; expected 2 as in the first line"),
        ("A,b.jpg,c", "3 columns; expected 2"),
        ("A,", "no picture; expected a path in `image` or an address in `url`"),
        (",b.jpg", "title has 0 characters"),
        ("A,../b.jpg", "'../b.jpg' lies outside the file's folder"),
        ("A,/etc/passwd", "'/etc/passwd' lies outside"),
        ("A,sub/../../b.jpg", "lies outside"),
        ("A,b\0.jpg", ""),
        ("A," + "x" * 200_000, ""),
        ("x" * 301 + ",b.jpg", "title has 301 characters"),
    ],
)
def test_a_bad_row_of_a_csv_is_reported_and_the_rest_goes_in(tmp_path: Path, line: str, says: str) -> None:
    bad = bad_then_good(written(tmp_path, "c.csv", f"title,image\n{line}\nGood,good.jpg\n"))
    assert says in bad.reason
    assert bad.where == f"{tmp_path / 'c.csv'} line 2"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = written(tmp_path, "secret.jpg", b"")
    path = written(tmp_path, "in/c.csv", "title,image\nA,link.jpg\nGood,good.jpg\n")
    (tmp_path / "in/link.jpg").symlink_to(secret)
    assert "lies outside" in bad_then_good(path).reason


def test_a_csv_of_10000_columns_is_a_bad_row_with_its_number(tmp_path: Path) -> None:
    header = ",".join(["title", "image", *(f"c{number}" for number in range(10_000))])
    row = ",".join(["A", "a.jpg", *["x"] * 10_000])
    sparse = ",".join(["Good", "a.jpg", "x", *[""] * 9_999])
    bad = bad_then_good(written(tmp_path, "c.csv", f"{header}\n{row}\n{sparse}\n"))
    assert bad.reason == "10000 metadata fields; expected at most 50"


def test_json_lines_give_fields_of_any_type_as_text(tmp_path: Path) -> None:
    line = json.dumps({"id": 7, "title": "Mug", "image": "a.jpg", "price": 9.5, "tags": ["ä"], "none": None})
    (row,) = rows_of(written(tmp_path, "c.jsonl", f"\ufeff{line}\n\n"))
    assert (row.draft.id, row.draft.metadata) == ("7", {"price": "9.5", "tags": '["ä"]'})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"title":"A","image":"a.jpg","m":' + '{"a":' * 943 + "1" + "}" * 944, "nested deeper than 64"),
        ('{"title":"A","image":"a.jpg","m":' + "9" * 5000 + "}", "a number of 5000 digits"),
        ('{"title":"A","image":"a.jpg","m":Infinity}', "Infinity is no JSON number"),
        ('{"title":"A","title":"B","image":"a.jpg"}', "it holds 'title' twice"),
        ("[1]", "a JSON list; expected an object"),
        ('{"title":"A"}', "no picture"),
        ('{"image":"a.jpg"}', "title has 0 characters"),
        ('{"title":"A","image":"../a.jpg"}', "lies outside"),
        ('{"title":"A","image":"a\\u0000.jpg"}', ""),
        ('{"title":"A","image":"\\ud800.jpg"}', ""),
        ('{"title":"A","image":"a.jpg","link":"http://["}', "link"),
        ('{"title":"A","image":"a.jpg","id":"a/b"}', "item id 'a/b' is not allowed"),
    ],
)
def test_a_bad_json_line_is_reported_and_the_rest_goes_in(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path, "c.jsonl", f'{line}\n{{"title":"Good","image":"good.jpg"}}\n')
    bad = bad_then_good(path)
    assert says in bad.reason
    assert bad.where == f"{path} line 1"


@pytest.mark.parametrize("name", ["absent", "absent.csv"])
def test_an_absent_path_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name} does not exist; expected a folder of pictures"):
        read_rows(tmp_path / name)


def test_a_file_of_another_kind_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"of no known kind; expected a folder, \.csv, \.jsonl, \.txt, \.xml or \.zip"
    ):
        read_rows(written(tmp_path, "c.xlsx", b""))


def test_the_second_row_of_an_id_is_refused_with_its_line_and_the_first_one_wins(tmp_path: Path) -> None:
    text = "id,title,image\nmug,First,a.jpg\nbowl,Bowl,a.jpg\nmug,Second,b.jpg\n"
    path = written(tmp_path, "c.csv", text)
    first, bowl, second = read_rows(path)
    assert isinstance(first, Row)
    assert isinstance(bowl, Row)
    assert second == BadRow(f"{path} line 4", f"its id 'mug' is that of {path} line 2 already")


def test_the_same_picture_twice_without_ids_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    path = written(tmp_path, "c.csv", "title,url\nA,http://x.example/1.jpg\nB,http://x.example/1.jpg\n")
    _, second = read_rows(path)
    reason = f"its picture is that of {path} line 2 already; expected an id of its own"
    assert second == BadRow(f"{path} line 3", reason)


def test_a_bad_row_takes_no_id(tmp_path: Path) -> None:
    path = written(tmp_path, "c.csv", "id,title,image\nmug,,a.jpg\nmug,Second,b.jpg\n")
    bad, good = read_rows(path)
    assert isinstance(bad, BadRow)
    assert isinstance(good, Row)


def test_a_file_that_was_taken_from_elsewhere_has_its_pictures_there(tmp_path: Path) -> None:
    text = "title,image\nA,p/./1.jpg\nB,https://x.example/2.jpg\nC,../3.jpg\nD,/4.jpg\n"
    first, second, *outside = read_rows(written(tmp_path, "c.csv", text), home="s3://shop/spring")
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert (first.image, first.where) == ("s3://shop/spring/p/1.jpg", "s3://shop/spring/c.csv line 2")
    assert second.image == "https://x.example/2.jpg"
    for bad in outside:
        assert isinstance(bad, BadRow)
        assert "lies outside the file's folder" in bad.reason


def test_an_address_of_s3_in_a_row_is_no_way_to_other_buckets(tmp_path: Path) -> None:
    text = "title,image\nA,s3://other/secret.jpg\n"
    table = written(tmp_path, "c.csv", text)
    for (row,) in (read_rows(table), read_rows(table, home="s3://shop/spring")):
        assert isinstance(row, BadRow)
        assert "no address that is fetched; expected http:// or https://" in row.reason


def test_names_from_elsewhere_become_rows_as_those_of_a_folder_do() -> None:
    names = ["red_mug.JPG", "sub/red_mug.png", "sub-red_mug.gif"]
    rows = list(picture_rows(names, lambda name: f"s3://shop/{name}"))
    assert [(row.draft.id, row.image) for row in rows if isinstance(row, Row)] == [
        ("red_mug", "s3://shop/red_mug.JPG"),
        ("sub-red_mug", "s3://shop/sub/red_mug.png"),
        (f"sub-red_mug-{hashlib.sha256(b'sub-red_mug.gif').hexdigest()[:12]}", "s3://shop/sub-red_mug.gif"),
    ]
