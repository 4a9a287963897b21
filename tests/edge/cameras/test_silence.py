"""How long a source may be silent."""

from edge.cameras.silence import Silence


def test_a_source_may_be_silent_for_a_while_and_longer_at_its_beginning() -> None:
    silence = Silence(stall_s=5, open_s=20)
    assert silence.too_long_s(1000) is None
    silence.begin(100)
    assert silence.too_long_s(119) is None
    assert silence.too_long_s(121) == 20
    silence.frame(121)
    assert silence.too_long_s(125) is None
    assert silence.too_long_s(127) == 5
    assert silence.end()
    assert silence.too_long_s(1000) is None
    silence.begin(2000)
    assert silence.too_long_s(2019) is None
    assert not silence.end()


def test_a_source_whose_frames_come_slowly_is_not_stalled_each_time() -> None:
    silence = Silence(stall_s=5, open_s=20)
    silence.begin(0)
    silence.frame(1)
    assert silence.too_long_s(8) == 5
    told = 0
    for frame in range(1, 20):
        silence.frame(1 + frame * 8)
        told += silence.too_long_s(1 + frame * 8 + 7.9) is not None
    assert told == 0
    assert silence.too_long_s(153 + 16.1) == 16
    # Yet one long silence does not hide the next ones.
    silence.frame(153 + 3600)
    assert silence.too_long_s(153 + 3600 + 31) == 30
    silence.end()
    silence.begin(9000)
    silence.frame(9001)
    assert silence.too_long_s(9007) == 5
