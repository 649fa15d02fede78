"""What a file is packed in is told by its bytes; it is unpacked in small pieces; what is damaged says so."""

import builtins
import gzip
import lzma
import os

import duckdb
import pytest

from marketdata.domain.tape import Good, read_tape
from marketdata.replay.files import QuoteFile
from marketdata.replay.formats import CHUNK, Packing, Unreadable, packing_of, unpacked

HEADER = "timestamp,symbol,bid,ask,bid_size,ask_size,last,last_size,event\n"
ROWS = [f"2013-10-07T13:30:00.{n:03}Z,IBM,181.{n:02},182.90,{n},,,,Q" for n in range(50)]
TEXT = (HEADER + "\n".join(ROWS)).encode()
PACKERS = {Packing.GZIP: gzip.compress, Packing.XZ: lzma.compress}


def pieces(data, size=CHUNK):
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, CHUNK])
@pytest.mark.parametrize("packing", PACKERS)
def test_members_are_unpacked_one_after_the_other_whatever_the_pieces(packing, size):
    pack = PACKERS[packing]
    packed = pack(TEXT) + pack(b"") + bytes(512) + pack(b"more") + bytes(4)
    assert packing_of(packed[:16]) is packing
    assert b"".join(unpacked(pieces(packed, size), packing)) == TEXT + b"more"


@pytest.mark.parametrize("packing", PACKERS)
def test_a_small_file_that_holds_much_comes_in_small_pieces(packing):
    bomb = PACKERS[packing](bytes(20_000_000))
    assert len(bomb) < 30_000
    sizes = [len(piece) for piece in unpacked([bomb], packing)]
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= CHUNK


@pytest.mark.parametrize("packing", PACKERS)
def test_what_was_cut_or_changed_is_unreadable(packing):
    packed = PACKERS[packing](TEXT)
    middle = len(packed) // 2
    for damaged in (packed[:-1], packed[:middle], packed[:middle] + b"damage" + packed[middle + 6 :], packed + b"tail"):
        with pytest.raises(Unreadable, match=r"copy"):
            b"".join(unpacked([damaged], packing))


def test_xz_that_wants_more_memory_than_there_is_for_it_is_refused():
    huge = lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 1024 * 1024}])
    with pytest.raises(Unreadable, match="xz -6 or lower"):
        list(unpacked([huge], Packing.XZ))


@pytest.mark.parametrize(
    ("beginning", "what"),
    [(b"PK\x03\x04", "ZIP"), (b"BZh9", "bzip2"), (b"\x28\xb5\x2f\xfd", "Zstandard"), (b"\xd0\xcf\x11\xe0", "Excel"), (b"%PDF-1.7", "PDF")],
)
def test_what_is_known_and_not_read_says_what_to_do(beginning, what):
    with pytest.raises(Unreadable, match=f"{what}.*unpack it"):
        packing_of(beginning)


def test_the_name_says_nothing(tmp_path):
    (tmp_path / "a.parquet").write_bytes(gzip.compress(TEXT))
    (tmp_path / "b.gz").write_bytes(TEXT)
    for name in ("a.parquet", "b.gz"):
        file = QuoteFile(str(tmp_path / name), [tmp_path])
        assert b"".join(file.chunks()) == TEXT
        file.close()


class TestParquet:
    """The same text as of the CSV file, or a refusal that names the column."""

    @pytest.fixture
    def written(self, tmp_path):
        csv = tmp_path / "a.csv"
        csv.write_bytes(TEXT)

        def write(**types):
            path = tmp_path / "a.parquet"
            columns = HEADER.strip().split(",")
            casts = ", ".join(f'CAST("{name}" AS {types.get(name, "VARCHAR")}) AS "{name}"' for name in columns)
            with duckdb.connect(":memory:") as database:
                database.execute("SET TimeZone = 'UTC'")
                source = f"read_csv('{csv}', all_varchar = true, header = true)"
                database.execute(f"COPY (SELECT {casts} FROM {source}) TO '{path}' (FORMAT parquet)")
            return QuoteFile(str(path), [tmp_path])

        return write

    @pytest.mark.parametrize("types", [{}, {"timestamp": "TIMESTAMPTZ", "bid": "DECIMAL(18,4)", "bid_size": "BIGINT", "last": "INTEGER"}])
    def test_the_rows_are_those_of_the_csv_file(self, written, types):
        file = written(**types)
        assert list(read_tape(file.chunks(), known=frozenset({"IBM"}))) == list(read_tape([TEXT], known=frozenset({"IBM"})))
        file.close()

    def test_it_stays_the_same_file_when_its_name_moves_on(self, written, tmp_path):
        file = written()
        os.unlink(tmp_path / "a.parquet")
        assert sum(isinstance(row, Good) for row in read_tape(file.chunks(), known=frozenset({"IBM"}))) == len(ROWS)
        file.close()

    @pytest.mark.parametrize(
        ("types", "says"),
        [
            ({"bid": "DOUBLE"}, "bid: is stored as binary floating point.*DECIMAL or text"),
            ({"ask": "FLOAT"}, "ask: is stored as binary floating point"),
            ({"timestamp": "TIMESTAMP"}, "timestamp: is stored without a time zone"),
            ({"timestamp": "TIMESTAMP_NS"}, "timestamp: is stored without a time zone or in nanoseconds"),
            ({"event": "BLOB"}, "event: is stored as BLOB"),
        ],
    )
    def test_a_column_that_is_not_exact_is_refused_by_name(self, written, types, says):
        file = written(**types)
        with pytest.raises(Unreadable, match=says):
            list(file.chunks())
        file.close()

    def test_damage_is_said(self, tmp_path):
        (tmp_path / "a").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
        file = QuoteFile(str(tmp_path / "a"), [tmp_path])
        with pytest.raises(Unreadable, match="cannot be read as Parquet"):
            list(file.chunks())
        file.close()

    def test_without_the_extra_package_the_refusal_names_the_remedy(self, tmp_path, monkeypatch):
        import_ = builtins.__import__

        def without(name, *arguments, **more):
            if name == "duckdb":
                raise ImportError(name)
            return import_(name, *arguments, **more)

        monkeypatch.setattr(builtins, "__import__", without)
        (tmp_path / "a").write_bytes(b"PAR1")
        file = QuoteFile(str(tmp_path / "a"), [tmp_path])
        with pytest.raises(Unreadable, match=r"pip install -r requirements-extra\.txt"):
            list(file.chunks())
        file.close()
