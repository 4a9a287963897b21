"""The read units and the money of a query on AWS, computed from the sizes of the store's rows."""

from __future__ import annotations

from dataclasses import replace

from docs.generator.dynamodb_sizes import read_units, usual_rows, write_units
from docs.generator.markdown import table, wrapped
from services.bootstrap.aws_settings import AwsSettings
from services.core.aws_month import (
    MONTH_S,
    PRICES_AS_OF,
    READ_MILLION,
    STORED_GB,
    Use,
    parts,
    total,
)
from services.core.records import K
from services.search.loops import FOLLOW_EVERY_S

# us-east-1, on demand, in dollars; to be checked against the price list.
WRITE_MILLION = 0.625
# What DynamoDB adds to each row that it stores, in bytes.
_STORED_MORE = 100
_ITEMS = 10_000
_PAGE, _COMPARED = 500, 10

ROWS = usual_rows()
READ = {kind: sum(map(read_units, sizes)) for kind, sizes in ROWS.items()}
# The rows that are stored of each item.
KEPT = [ROWS[kind] for kind in ("item", "vectors", "local features", "change")]
# Which item it is, the catalogue's model, the item, its vectors.
CHANGED = READ["change"] + READ["head"] + READ["item"] + READ["vectors"]
EVERY_QUERY = READ["head"] + K * (READ["item"] + READ["vectors"])
SECOND_LOOK = READ["head"] + _COMPARED * (READ["item"] + READ["local features"])


def start_units(items: int) -> int:
    """The units of reading all items: rows by pages, whose bytes add up, and vectors one by one."""
    pages = -(-items // _PAGE)
    page_bytes = sum(ROWS["item"]) * min(items, _PAGE)
    return pages * (READ["head"] + read_units(page_bytes)) + items * READ["vectors"]


def write_of_item() -> int:
    """The write units of a new item: its vectors and features, then one transaction."""
    parts = [*ROWS["vectors"], *ROWS["local features"]]
    step = [*ROWS["item"], *ROWS["head"], *ROWS["change"]]
    return sum(map(write_units, parts)) + sum(write_units(size, in_transaction=True) for size in step)


def month(units_each: float, *, every_s: float = 1) -> float:
    """The dollars of a month in which this is read once in `every_s`."""
    return units_each * MONTH_S / every_s * READ_MILLION / 1e6


def costs() -> str:
    """The tables of docs/aws-costs.md."""
    return "\n\n".join((_sizes(), _units(), _months()))


def _sizes() -> str:
    rows = [
        (kind, f"{sum(sizes):,}", str(READ[kind]), str(sum(map(write_units, sizes))))
        for kind, sizes in ROWS.items()
    ]
    made = table(("row of a usual item", "bytes", "read units", "write units"), rows)
    note = (
        "A strongly consistent read costs a unit for each 4 KB that is begun, a write one for each KB, "
        "twice that in a transaction. The rows are made by the store's code: one picture, "
        "three views of 512 numbers."
    )
    return f"{made}\n\n{wrapped(note)}"


def _units() -> str:
    start = start_units(_ITEMS)
    dollars = start * READ_MILLION / 1e6
    stored_gb = sum(sum(sizes) + _STORED_MORE * len(sizes) for sizes in KEPT) * _ITEMS / 1e9
    rows = [
        ("a query", "0", "titles, links and metadata are in memory"),
        ("asking whether there is news", str(READ["head"]), "the head"),
        (
            "a changed item, each search that reads it",
            str(CHANGED),
            f"change {READ['change']}, head {READ['head']}, row {READ['item']}, vectors {READ['vectors']}",
        ),
        (
            f"a start with {_ITEMS:,} items",
            f"{start:,}",
            f"${dollars:.4f}; of an item {sum(ROWS['item'])} bytes of a page, {READ['vectors']} for vectors",
        ),
        (
            "a second look that remembers none of its items",
            str(SECOND_LOOK),
            f"head {READ['head']}, {_COMPARED} rows, {_COMPARED} x {READ['local features']} for features; "
            "in processes only",
        ),
        (
            "adding an item",
            f"{write_of_item()} written",
            f"${write_of_item() * WRITE_MILLION:.2f} a million",
        ),
        (
            f"keeping {_ITEMS:,} items",
            "",
            f"{stored_gb:.2f} GB, ${stored_gb * STORED_GB:.2f} a month (25 GB are free)",
        ),
    ]
    return table(("what", "read units", "of which"), rows)


def _months() -> str:
    follow_s = float(AwsSettings.model_fields["follow_s"].default)
    ask = month(READ["head"], every_s=follow_s)
    reads = {
        "one function that is always warm, at any number of queries": ask,
        "five functions at once": 5 * ask,
        f"one search process, which asks each {FOLLOW_EVERY_S:g} s": month(
            READ["head"], every_s=FOLLOW_EVERY_S
        ),
        f"if each query read its {K} items, at 1 query a second": month(EVERY_QUERY),
        "the same at 100 queries a second": month(100 * EVERY_QUERY),
    }
    made = table(("reads of DynamoDB in a month of 730 hours", "dollars"), _dollars(reads))
    note = (
        f"Prices of us-east-1 on demand as of {PRICES_AS_OF}: ${READ_MILLION:g} for a million read units, "
        f"${WRITE_MILLION:g} for a million write units. Check them against the price list."
    )
    return f"{made}\n\n{wrapped(note)}\n\n{_one_month()}\n\n{_more_months()}"


def _one_month() -> str:
    use = Use()
    more = [
        each for each in parts(replace(use, on_endpoint=True, own_container=True)) if each not in parts(use)
    ]
    rows = [(each.name, f"{each.dollars:,.2f}", each.arithmetic) for each in parts(use)]
    rows.append(("together, `SEARCH=lambda`", f"{total(use):,.2f}", ""))
    rows += [(f"and with an endpoint: {each.name}", f"{each.dollars:,.2f}", each.arithmetic) for each in more]
    title = f"a month at 1 query a second, pages open {use.page_hours:g} hours a day"
    return table((title, "dollars", "arithmetic"), rows)


def _more_months() -> str:
    """Each choice with one camera, and with a hundred at 1 query a second each, five functions at once."""
    choices = {
        "`SEARCH=lambda`": Use(),
        "`SEARCH=sagemaker`": Use(on_endpoint=True),
        "`SEARCH=sagemaker-faiss`": Use(on_endpoint=True, own_container=True),
        "`lambda`, a page open all day": Use(page_hours=24),
        "`lambda`, a page open all day in 50 browsers": Use(page_hours=24, viewers=50),
        "`lambda`, `CACHE=serverless`": Use(serverless=True),
        "`lambda`, `COMMANDS=on`": Use(commands=True),
        "`lambda`, observations as messages, without Basic Ingest": Use(direct=False),
        "`sagemaker`, a page open all day": Use(on_endpoint=True, page_hours=24),
    }
    rows = []
    for name, one in choices.items():
        hundred = replace(one, devices=100, queries_s=100, at_once=5)
        rows.append((name, f"{total(one):,.2f}", f"{total(hundred):,.2f}"))
    return table(("dollars a month", "1 camera", "100 cameras"), rows)


def _dollars(rows: dict[str, float]) -> list[tuple[str, str]]:
    return [(name, f"{dollars:,.2f}") for name, dollars in rows.items()]
