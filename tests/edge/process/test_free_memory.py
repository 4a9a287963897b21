"""The memory that is left."""

from pathlib import Path

from edge.process.free_memory import free_memory_bytes


def test_it_is_the_machines_or_the_containers_if_that_is_less(tmp_path: Path) -> None:
    system, group = tmp_path / "meminfo", tmp_path / "group"
    group.mkdir()
    system.write_text("MemTotal:  9000 kB\nMemAvailable:    4000 kB\n")
    assert free_memory_bytes(system=system, group=group) == 4000 * 1024
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("100000\n")
    (group / "memory.stat").write_text("anon 1\ninactive_file 50000\n")
    assert free_memory_bytes(system=system, group=group) == 4000 * 1024
    (group / "memory.max").write_text("1100000\n")
    assert free_memory_bytes(system=system, group=group) == 1_050_000
    assert free_memory_bytes(system=tmp_path / "none", group=tmp_path / "none") is None
