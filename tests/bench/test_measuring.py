import itertools
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest

from tests.bench.figures import Bar, Figure, Point, Result
from tests.bench.meter import Stat, cpu_of, family, memory_of
from tests.bench.pace import pace, stamp, stamped_at
from tests.bench.plot import svg
from tests.bench.report import document, summary, table
from tests.bench.statistics import Latency, percentile


@pytest.fixture
def result() -> Result:
    found = Result("fan-out", "fan-out, one room", noise=0.25)
    found.add("CPU per 1,000", "ms", [11, 9, 30], Bar("<=", 15))
    found.add("cheaper", "×", [7.0], Bar(">=", 10))
    found.add("p50", "ms", [1.0])
    found.curves = {"Parley": [Point(1_000, 2, 4, held=True), Point(2_000, 80, 300, held=False)]}
    return found


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = list(range(1, 101))
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.99) == 7.0


def test_latency_is_in_milliseconds_whatever_the_order() -> None:
    assert Latency.of([0.003, 0.001, 0.002]) == Latency(p50=2, p99=3, worst=3)


def test_the_middle_round_counts() -> None:
    assert Figure("", "ms", [11, 9, 30]).value == 11


def test_bars_know_their_direction() -> None:
    assert Bar("<=", 15).reached(15)
    assert not Bar("<=", 15).reached(15.1)
    assert Bar(">=", 10).reached(10)
    assert not Bar(">=", 10).reached(9.9)


def test_a_process_is_read_whatever_its_name() -> None:
    fields = " ".join(["S", "7", *["0"] * 9, "100", "50", "30", "20", *["0"] * 6, "3"])
    stat = Stat.parse(f"42 (a name) with ) brackets) {fields}")
    ticks = os.sysconf("SC_CLK_TCK")
    assert (stat.parent, stat.cpu, stat.memory) == (7, 200 / ticks, 3 * os.sysconf("SC_PAGE_SIZE"))


def test_the_work_of_children_counts_while_they_live_and_after() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    code = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print('over', flush=True); input()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "done\n"
        assert len(family([process.pid])) == 2
        assert cpu_of(process.pid) >= 0.2
        assert memory_of(process.pid) > 1024 * 1024
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "over\n"
        assert len(family([process.pid])) == 1
        assert cpu_of(process.pid) >= 0.2
    finally:
        process.communicate("\n", timeout=10)


async def test_the_clock_does_not_wait_for_who_is_slow() -> None:
    dues: list[float] = []

    def slow(_number: int, due: float) -> None:
        dues.append(due)
        if len(dues) == 1:
            time.sleep(0.05)

    assert await pace(200, 0.1, slow) == 20
    gaps = [later - earlier for earlier, later in itertools.pairwise(dues)]
    assert gaps == pytest.approx([1 / 200] * 19)
    assert time.monotonic() >= dues[-1]


def test_a_time_survives_its_way_through_a_frame() -> None:
    data = f'{{"type":"message","body":"Sent at {stamp(1234.567891)} by somebody"}}'.encode()
    assert stamped_at(data, b'"body":"Sent at ', 0, len(data)) == pytest.approx(1234.567891)
    assert stamped_at(data, b'"html":"', 0, len(data)) is None


def test_the_table_says_what_is_reached_and_how_noisy_it_was(result: Result) -> None:
    lines = table([result]).splitlines()
    assert "others used 25% of the cores" in lines[1]
    assert "reached" in lines[2]
    assert "NOT REACHED" in lines[3]
    assert summary([result]).startswith("Others used up to 25% of the cores")
    result.noise = 0.05
    assert summary([result]) == "1 of 2 bars reached"
    assert '"held": false' in document([result], {})


def test_the_picture_is_well_formed(result: Result) -> None:
    picture = ET.fromstring(svg([result]))  # noqa: S314 - we drew it
    assert picture.tag.endswith("svg")
    assert len(picture.findall(".//{*}circle")) == 3
    assert ET.fromstring(svg([])) is not None  # noqa: S314
