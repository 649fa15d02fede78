"""What is on the topic goes back to a file, byte for byte where it came from one, and replays to the same content."""

import gzip
import lzma
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from marketdata.models import Instrument
from oms_site import env
from schemas.topics import QUOTES
from tests.integration.marketdata.conftest import quote
from tests.integration.marketdata.test_replay import EQUITIES, EURUSD, HEADER, ROWS, replay

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]


def export(path, *arguments):
    """(standard output, standard error) of an export."""
    out, err = StringIO(), StringIO()
    call_command("export_quotes", str(path), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(path, *arguments):
    with pytest.raises(CommandError) as failure:
        export(path, *arguments)
    return failure.value.returncode, str(failure.value)


def contents(log):
    """What each partition holds, without where it stands."""
    return [(record.partition, record.key, record.value) for record in log.records("quotes")]


def test_both_real_files_come_back_byte_for_byte(log, tmp_path):
    replay(EQUITIES)
    replay(EURUSD)
    export(tmp_path / "equities.csv", "--to=2014-01-01")
    export(tmp_path / "eurusd.csv.gz", "--symbols=EURUSD")
    assert (tmp_path / "equities.csv").read_bytes() == EQUITIES.read_bytes()
    assert gzip.decompress((tmp_path / "eurusd.csv.gz").read_bytes()) == EURUSD.read_bytes()


def test_a_day_recorded_and_replayed_gives_the_same_topic_content(log, tmp_path):
    start = 1_764_000_000_000_000
    rows = [
        quote(symbol, f"{100 + n % 7}.{n % 100:02}", f"{101 + n % 7}.5", last="1.25", event="QT"[n % 2], time=start + n * 1_003)
        for n in range(300)
        for symbol in ("IBM", "BAC", "EURUSD")
    ]
    log.send(QUOTES, rows)
    export(tmp_path / "day.csv.xz")
    once = contents(log)
    replay(tmp_path / "day.csv.xz")
    both = contents(log)
    for partition in {place for place, _, _ in both}:
        values = [value for place, *value in both if place == partition]
        assert values[: len(values) // 2] == values[len(values) // 2 :]
    assert len(both) == 2 * len(once) == 1_800
    assert lzma.decompress((tmp_path / "day.csv.xz").read_bytes()).startswith(HEADER.encode())


def test_rows_sent_twice_are_sorted_in_and_said_unless_one_replay_is_chosen(log, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROWS)
    _, said = replay(path)
    replay(path, "--again")
    number = said.split()[1]
    _, err = export(tmp_path / "both.csv")
    assert "5 rows stood on the topic behind later ones" not in err
    assert "rows stood on the topic behind later ones" in err
    assert (tmp_path / "both.csv").read_text() == HEADER + "".join(line * 2 for line in ROWS.splitlines(keepends=True))
    export(tmp_path / "one.csv", f"--replay={number}")
    assert (tmp_path / "one.csv").read_bytes() == path.read_bytes()


def test_rows_of_what_is_no_instrument_are_left_out_and_said_and_those_of_a_delisted_one_are_kept(log, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROWS)
    replay(path)
    log.send(QUOTES, [quote(symbol, "1", "2", time=1_764_000_000_000_000) for symbol in ("NOPE", 'x,"\n')])
    Instrument.objects.update(tradable=False, delisted=True)
    _, err = export(tmp_path / "again.csv")
    assert "2 rows of symbols that are no instrument were left out" in err
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


def test_a_file_that_is_there_is_replaced_only_when_told(log, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROWS)
    replay(path)
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    code, said = refused(kept)
    assert (code, "--force replaces it" in said, kept.read_text()) == (2, True, "mine")
    export(kept, "--force")
    assert kept.read_bytes() == path.read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["kept.csv", "small.csv"], "nothing partial is left"


@pytest.mark.parametrize(
    "path", ["/etc/quotes.csv", "missing/a.csv", "../../../../../etc/a.csv", "a.txt", ".csv", "a.csv.bz2", "a.parquet"]
)
def test_names_that_may_not_be_written_are_wrong_usage(log, tmp_path, monkeypatch, path):
    monkeypatch.setattr(env, "DATA_DIRS", [str(tmp_path)])
    code, _ = refused(tmp_path / path)
    assert code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("--symbols=NOPE",), ("--from=2013-10-08", "--to=2013-10-07")])
def test_what_makes_no_sense_is_wrong_usage(log, tmp_path, arguments):
    assert refused(tmp_path / "a.csv", *arguments)[0] == 2


def test_when_there_is_nothing_no_file_is_made(log, tmp_path):
    code, said = refused(tmp_path / "none.csv", "--symbols=IBM")
    assert code == 1
    assert "nothing was written" in said
    assert list(tmp_path.iterdir()) == []
