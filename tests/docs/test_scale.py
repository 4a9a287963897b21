"""docs/scale.md has the tables that bench/scale.py makes."""

from itertools import pairwise

from bench.scale import ENGINES, PAGE, SIZES, filled, hnsw, means


def test_the_page_has_the_tables_of_the_arithmetic() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run `python -m bench.scale --write`"


def test_more_vectors_and_more_queries_never_take_less() -> None:
    for need_of in ENGINES.values():
        needs = [need_of(size) for size in SIZES]
        for smaller, larger in pairwise(needs):
            assert smaller.memory < larger.memory
            assert smaller.query_s <= larger.query_s
        machines = [needs[1].machines(rate) for rate in (1, 100, 10_000)]
        assert machines == sorted(each for each in machines if each is not None)


def test_our_own_index_is_not_divided_and_milvus_is() -> None:
    assert means(1e6).machines(100) == 1
    assert means(1e9).machines(100) is None
    assert (hnsw(1e9).machines(1) or 0) > 20
