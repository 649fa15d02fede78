"""Brings Kafka and the schema registry from Maven artifacts into the cache, whole or not at all.

Run as a process of its own (`python -m oms_site.stack.downloads CACHE`), so that the starter can show progress and
end it. It holds the cache's lock while it works; everything is fetched under a temporary name, checked against
`checksums.txt` and renamed, so a kill at any moment leaves nothing that a later start would take for complete.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from oms_site.stack.errors import StackError
from oms_site.stack.locks import FileLock

KAFKA_VERSION = "4.4.0"
REGISTRY_VERSION = "3.3.3"
#: Kafka's own dependencies hold an API for logging but nothing that writes: this jar does.
LOG_BINDING_VERSION = "2.25.5"

#: Exit code of the fetching process when nothing answers.
_NO_NETWORK = 4

_CHECKSUMS = Path(__file__).with_name("checksums.txt")


def kafka_home(cache: Path) -> Path:
    """Folder with Kafka's jars."""
    return cache / f"kafka-{KAFKA_VERSION}"


def registry_home(cache: Path) -> Path:
    """Folder with the unpacked registry."""
    return cache / f"registry-{REGISTRY_VERSION}"


def complete(cache: Path) -> bool:
    """True when nothing needs to be fetched."""
    return kafka_home(cache).is_dir() and registry_home(cache).is_dir()


def fetch(cache: Path, *, python: Path, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Fetch what is missing in a child process, telling the progress about once a second.

    Raises `StackError` with the child's last line when it fails.
    """
    began = time.monotonic()
    command = [str(python), "-m", "oms_site.stack.downloads", str(cache)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(environment), text=True, start_new_session=True
    ) as child:
        try:
            while True:
                try:
                    _, errors = child.communicate(timeout=1)
                    break
                except subprocess.TimeoutExpired:
                    tell(f"{_size(cache) / 1e6:.0f} MB, {time.monotonic() - began:.0f} s")
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        reason = (errors.strip().splitlines() or ["no message"])[-1]
        network = "the first start needs the network (Maven artifacts); connect and start again"
        raise StackError(
            f"Kafka and the registry could not be fetched: {reason}",
            remedy=network if child.returncode == _NO_NETWORK else "start again; 'make clean' removes what was fetched",
        )


def main(cache: Path) -> None:
    """Fetch what is missing, one process at a time."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lock = FileLock(cache / "lock")
    deadline = time.monotonic() + 900
    while not lock.acquire():  # the other stack is fetching the same things
        if complete(cache):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"pid {lock.owner()} has been fetching for 15 minutes")
        time.sleep(0.2)
    try:
        for stale in cache.glob("*.part"):
            shutil.rmtree(stale)
        if not kafka_home(cache).is_dir():
            _fetched(cache, kafka_home(cache), _fetch_kafka)
        if not registry_home(cache).is_dir():
            _fetched(cache, registry_home(cache), _fetch_registry)
    finally:
        lock.release()


def _fetched(cache: Path, target: Path, fetch: Callable[[Path, Path], None]) -> None:
    """Let `fetch(maven_folder, result_folder)` fill a temporary folder, then give it its final name."""
    part = cache / f"{target.name}.part"
    result = part / "result"
    result.mkdir(parents=True)
    try:
        fetch(part / "maven", result)
        result.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fetch_kafka(maven: Path, result: Path) -> None:
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415 - half a second, only on the first start
    from jgo.maven import MavenContext  # noqa: PLC0415 - as above

    context = MavenContext(repo_cache=maven, timeout=60)
    builder = EnvironmentBuilder(context=context, cache_dir=maven / "envs", link_strategy=LinkStrategy.COPY)
    environment = builder.from_endpoint(f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}")
    binding = context.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(LOG_BINDING_VERSION)
    jars = [*Path(environment.path).glob("*/*.jar"), Path(binding.artifact().resolve())]
    known = _known_checksums()
    for jar in jars:
        _verify(jar, known)
        shutil.copyfile(jar, result / jar.name)
    wanted = {name for name in known if name.endswith(".jar")}
    if missing := wanted - {jar.name for jar in jars}:
        raise SystemExit(f"incomplete: {', '.join(sorted(missing))}")


def _fetch_registry(maven: Path, result: Path) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 - as above

    component = MavenContext(repo_cache=maven, timeout=60).project("io.apicurio", "apicurio-registry-app")
    artifact = component.at_version(REGISTRY_VERSION).artifact(classifier="all", packaging="tar.gz")
    archive = Path(artifact.resolve())
    _verify(archive, _known_checksums())
    with tarfile.open(archive) as packed:
        # Python 3.11.3 and before know no filter; the archive's checksum has been verified, so it may be trusted there.
        if hasattr(tarfile, "data_filter"):
            packed.extractall(result, filter="data")
        else:
            packed.extractall(result)
    archive.unlink()


def _known_checksums() -> dict[str, str]:
    """File name to SHA-256 of everything this module may bring."""
    pairs = (line.split() for line in _CHECKSUMS.read_text(encoding="utf-8").splitlines() if line)
    return {name: digest for digest, name in pairs}


def _verify(path: Path, known: dict[str, str]) -> None:
    """Exit unless a file is exactly the one that was reviewed."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if known.get(path.name) != digest:
        raise SystemExit(f"{path.name} has SHA-256 {digest}, which is not the one in {_CHECKSUMS.name}")


def _size(folder: Path) -> int:
    """Bytes below a folder; files that vanish while it counts do not matter."""
    total = 0
    for base, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(base, name)).st_size
            except FileNotFoundError:
                continue
    return total


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except requests.RequestException as error:
        print(f"{type(error).__name__}: no answer from the artifact repository", file=sys.stderr)
        sys.exit(_NO_NETWORK)
    except (OSError, RuntimeError) as error:  # a full disk; jgo raises RuntimeError for what no repository has
        sys.exit(f"{type(error).__name__}: {str(error)[:200]}")
