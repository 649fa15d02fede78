"""The toy worker as a process of its own, to be killed: `python -m tests.integration.bus.workers SLOT RESULT_FILE`."""

import json
import signal
import sys
from pathlib import Path


def main(slot: int, result: Path) -> None:
    """Run until SIGTERM; the outcome goes to a file."""
    import django

    django.setup()
    from oms_site.infra.bus import transform
    from oms_site.infra.bus.processor import Control
    from tests.integration.bus.conftest import counting

    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    spec, _ = counting(snapshot_every=50)
    control = Control(stop_reason=lambda: "told to" if stopped else None, paused=lambda: False, report=lambda *_: None)
    result.write_text(json.dumps(transform.run(spec, control, slot)))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
