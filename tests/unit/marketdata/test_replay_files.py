"""Which files may be replayed, and what is kept of bad rows."""

import os

import pytest

from marketdata.domain.tape import Bad
from marketdata.replay.files import FileRefused, QuoteFile
from marketdata.replay.holder import lives, this_holder
from marketdata.replay.rejects import RejectFile


def test_a_plain_file_under_a_data_folder_is_read_as_often_as_wanted(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x" * 200_000)
    file = QuoteFile(str(tmp_path / "a.csv"), [tmp_path])
    assert b"".join(file.chunks()) == b"".join(file.chunks()) == b"x" * 200_000
    assert (file.name, file.size) == ("a.csv", 200_000)
    file.close()


def test_it_stays_the_same_file_when_its_name_moves_on(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    file = QuoteFile(str(path), [tmp_path])
    path.unlink()
    path.write_bytes(b"new")
    assert b"".join(file.chunks()) == b"old"
    file.close()


@pytest.mark.parametrize("path", ["../out.csv", "/etc/passwd", "in/../../out.csv", "link.csv", "a\x00b"])
def test_paths_that_lead_out_of_the_data_folders_are_refused(tmp_path, path):
    folder = tmp_path / "data"
    (folder / "in").mkdir(parents=True)
    (tmp_path / "out.csv").write_bytes(b"")
    (folder / "link.csv").symlink_to(tmp_path / "out.csv")
    with pytest.raises(FileRefused):
        QuoteFile(path if path.startswith("/") else str(folder / path), [folder])


def test_a_fifo_a_folder_and_a_missing_file_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", ".", "missing.csv"):
        with pytest.raises(FileRefused):
            QuoteFile(str(tmp_path / name), [tmp_path])


def test_rejects_appear_whole_with_formulas_quoted(tmp_path):
    with RejectFile(tmp_path / "rejects", "day.csv") as rejects:
        rejects.add(Bad(7, "bid: is blank", b"=cmd(),\xff"))
        assert not rejects.path.exists()
    assert rejects.path.name == "day.rejects.csv"
    assert rejects.path.read_text() == 'line,reason,row\n7,bid: is blank,"\'=cmd(),\\xff"\n'


def test_a_holder_of_this_host_lives_as_long_as_its_process():
    assert lives(this_holder())
    host = this_holder().split()[0]
    assert not lives(f"{host} process {2**22 + 1} started 5")
    assert not lives(f"{host} process {os.getpid()} started 1")
    assert lives("elsewhere process 1 started 1")
