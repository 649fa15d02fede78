"""What is fetched is whole or not there: a failure in the middle leaves nothing that looks complete."""

import hashlib
from pathlib import Path

import pytest

from oms_site.stack import downloads


def _interrupted(_maven: Path, result: Path) -> None:
    (result / "half.jar").write_text("half")
    raise KeyboardInterrupt


def test_an_interrupted_fetch_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        downloads._fetched(tmp_path, downloads.kafka_home(tmp_path), _interrupted)
    assert list(tmp_path.iterdir()) == []
    assert not downloads.complete(tmp_path)


def test_what_a_killed_fetch_left_is_removed_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / f"{downloads.kafka_home(tmp_path).name}.part" / "result"
    stale.mkdir(parents=True)
    (stale / "half.jar").write_text("half")
    for name in ("_fetch_kafka", "_fetch_registry"):
        monkeypatch.setattr(downloads, name, lambda _maven, result: (result / "whole.jar").write_text("whole"))
    downloads.main(tmp_path)
    assert downloads.complete(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.jar")) == ["whole.jar", "whole.jar"]


def test_a_file_with_another_checksum_is_refused(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"a\.jar has SHA-256"):
        downloads._verify(jar, {"a.jar": hashlib.sha256(b"reviewed").hexdigest()})
    with pytest.raises(SystemExit):
        downloads._verify(jar, {})


def test_every_artifact_has_a_reviewed_checksum() -> None:
    known = downloads._known_checksums()
    assert f"apicurio-registry-app-{downloads.REGISTRY_VERSION}-all.tar.gz" in known
    assert f"kafka_2.13-{downloads.KAFKA_VERSION}.jar" in known
    assert f"log4j-slf4j-impl-{downloads.LOG_BINDING_VERSION}.jar" in known
    assert all(len(digest) == 64 for digest in known.values())
