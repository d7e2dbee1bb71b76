"""`python -m ingest import` as a process, onto Kafka."""

import csv
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from harness import services, wait
from harness.posting import Arrivals
from local.stack import Stack
from streams.publisher import Publisher

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "examples" / "mappings" / "helpdesk-log.yml"
LOG = ROOT / "tests" / "fixtures" / "helpdesk-log.csv"
REAL_LOG = ROOT.parent / "shared" / "data" / "helpdesk" / "helpdesk.csv"
Start: TypeAlias = Callable[..., subprocess.Popen[str]]
Run: TypeAlias = Callable[..., tuple[int, str]]

HEADER = "case:concept:name,Activity,Resource,time:timestamp"


@pytest.fixture
def source(publisher: Publisher) -> str:
    return f"log-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def command(stack: Stack, source: str, tmp_path: Path) -> Start:
    """Starts an import of a file."""

    def start(file: Path, *more: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "ingest", "import", file, "--mapping", MAPPING, "--source", source, *more],
            env=services.environment(stack, "unused"),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def run(command: Start) -> Run:
    """Imports a file: (exit code, what it said)."""

    def done(file: Path, *more: str | Path) -> tuple[int, str]:
        process = command(file, *more)
        _, said = process.communicate(timeout=120)
        return process.returncode, said

    return done


def test_a_log_is_imported_and_a_second_time_changes_nothing(
    run: Run, arrivals: Arrivals, source: str, tmp_path: Path
) -> None:
    first, again = run(LOG), run(LOG)

    assert (
        first
        == again
        == (
            0,
            "46 rows: 46 used, 0 without an event, 0 rejected; 58 events are durable\n",
        )
    )
    arrived = arrivals(source, 2 * 58)
    assert len(arrived) == 2 * 58
    assert len({arrival.value["id"] for arrival in arrived}) == len({str(a.value) for a in arrived}) == 56
    assert {arrival.key for arrival in arrived} == {f"{source}/T{n:02}" for n in range(1, 13)}
    assert list(tmp_path.iterdir()) == []


def test_rejected_rows_are_listed_with_their_lines_and_the_others_are_imported(
    run: Run, arrivals: Arrivals, source: str, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(
        f"{HEADER}\n"
        'T1,"Wait\nWait",x,2026-03-02T08:00:00Z\n'
        "T1,Closed,x,never\n"
        "T1,Closed,x,never mind,too many\n"
        ",Closed,x,2026-03-02T08:00:00Z\n".encode()
        + b"T1,\xff,x,2026-03-02T08:00:00Z\nT1,\0,x,2026-03-02T08:00:00Z\n"
        + b'T1,"Closed,x,2026-03-02T08:00:00Z\nT1,Closed,x,2026-03-02T09:00:00Z\n'
    )

    code, said = run(file, "--rejects", tmp_path / "refused.csv")

    assert code == 0
    assert said.startswith("8 rows: 2 used, 0 without an event, 6 rejected; 2 events are durable\n")
    assert "1 × time:timestamp: 'never' isn't a time in the format iso (first: line 4)" in said
    with (tmp_path / "refused.csv").open(newline="") as rejects:
        listed = {int(row["line"]): row["reason"] for row in csv.DictReader(rejects)}
    assert listed == {
        4: "time:timestamp: 'never' isn't a time in the format iso",
        5: "has 5 fields, the header has 4",
        6: "case:concept:name: empty",
        7: "not UTF-8",
        8: "contains a NUL character",
        9: "not CSV: unexpected end of data",
    }
    assert [a.value["time"] for a in arrivals(source, 2)] == ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"]


def test_a_file_of_which_no_row_can_be_used_is_a_failure(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"{HEADER}\nT1,Wait,x,never\n")

    code, said = run(file)

    assert code == 1
    assert "1 rejected" in said
    assert said.endswith("Error: no row could be used: is this the right mapping for this file?\n")
    assert (tmp_path / "log.csv.rejected.csv").read_text() == (
        "line,reason\n2,time:timestamp: 'never' isn't a time in the format iso\n"
    )


def test_a_file_without_the_columns_is_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("a,b\n1,2\n")

    assert run(file) == (1, "Error: the file has no column 'Activity'; it has: a, b\n")


@pytest.mark.fault
def test_an_import_that_is_killed_goes_on_where_it_was(
    command: Start, run: Run, arrivals: Arrivals, source: str, tmp_path: Path
) -> None:
    tickets = 15_000
    file, state = tmp_path / "log.csv", tmp_path / "state.json"
    rows = [
        f"T{n},{what},x,2026-03-02T08:00:{n % 60:02}Z"
        for n in range(tickets)
        for what in ("Insert", "Closed")
    ]
    rows[5] = "T2,Closed,x,never"
    file.write_text("\n".join([HEADER, *rows]) + "\n")

    killed = command(file, "--state", state)
    wait.until(lambda: line_of(state) > 2_000, 60, "the import to get going")
    killed.kill()
    killed.communicate()
    reached = line_of(state)
    code, said = run(file, "--state", state)

    assert code == 0
    assert f"going on after line {reached:,}: {reached - 1:,} rows are done\n" in said
    assert f"{2 * tickets:,} rows: {2 * tickets - 1:,} used, 0 without an event, 1 rejected" in said
    assert (tmp_path / "log.csv.rejected.csv").read_text().count("\n") == 2
    times = Counter(arrival.value["id"] for arrival in arrivals(source, 2 * tickets - 1))
    assert len(times) == 2 * tickets - 1
    assert max(times.values()) <= 2
    assert not state.exists()


def line_of(state: Path) -> int:
    """How far `state` says that the import is; 0 where there is none."""
    try:
        return int(msgspec.json.decode(state.read_bytes())["line"])
    except FileNotFoundError:
        return 0


def test_a_state_of_another_file_is_not_gone_on_with(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"fingerprint": "of another file", "line": 40, "used": 39}')

    code, said = run(LOG, "--state", state)

    assert (code, said.split(":")[0]) == (0, "46 rows")


@pytest.mark.skipif(not REAL_LOG.exists(), reason="the real log isn't on this machine")
def test_the_real_log_gives_its_tickets(run: Run, arrivals: Arrivals, source: str) -> None:
    code, said = run(REAL_LOG)

    assert (code, said) == (
        0,
        "21,348 rows: 21,348 used, 0 without an event, 0 rejected; 26,408 events are durable\n",
    )
    events = {a.value["id"]: a.value for a in arrivals(source, 26_408)}.values()
    created = [event for event in events if event["type"] == "ticket.created"]
    assert len({event["subject"] for event in events}) == len(created) == 4580
    assert sum(event["data"]["outbound"] for event in created) == 74


def test_without_kafka_an_import_says_where_it_looked_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "import", LOG, "--mapping", MAPPING],
        env=services.environment(Stack("127.0.0.1:1", "", ()), "unused"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: Kafka doesn't answer at 127.0.0.1:1 (")
    assert "KAFKA_BOOTSTRAP_SERVERS" in done.stderr
    assert done.stderr.count("\n") == 1
