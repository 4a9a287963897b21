"""How often the search process looks for garbage."""

import gc

from services.search.garbage import collect_seldom


def test_it_looks_seldom_for_garbage_and_still_does() -> None:
    before = gc.get_threshold()
    try:
        collect_seldom()
        assert gc.get_threshold()[0] > 20 * before[0]
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
