"""Keys fall where every Kafka client puts them; the client's checksums are computed in C."""

import crc32c
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as theirs
from kafka.record import util

from oms_site.infra.bus.partitioner import murmur2, partition_of


@given(st.binary(max_size=64))
def test_murmur2_is_the_clients(data):
    assert murmur2(data) == theirs(data) & 0xFFFFFFFF


def test_known_keys_fall_on_known_partitions():
    """Values of Kafka's own Java tests for murmur2."""
    assert murmur2(b"21") == -973932308 & 0xFFFFFFFF
    assert murmur2(b"foobar") == -790332482 & 0xFFFFFFFF
    assert murmur2(b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8") == -58897971 & 0xFFFFFFFF
    assert {partition_of(f"ACCOUNT-{number}", 4) for number in range(100)} == {0, 1, 2, 3}


def test_the_client_computes_checksums_in_c():
    """Without the package it falls back to Python without a word and is two to three times slower."""
    assert util.crc32c_c is not None
    assert util.calc_crc32c(b"123456789") == crc32c.crc32c(b"123456789") == 0xE3069283
