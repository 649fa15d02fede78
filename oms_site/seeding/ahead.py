"""Work done ahead of who needs it: in a thread, while the other waits for the database."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class _Failed:
    """The end of a sequence that failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterable[T], most: int = 3) -> Iterator[T]:
    """The items in their order, at most so many made ahead. What making them raises is raised here; who stops early stops the making."""
    made: queue.Queue[T | _Failed] = queue.Queue(most)
    stopped = threading.Event()

    def make() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                made.put(item)
                if stopped.is_set():
                    return
        except BaseException as raised:  # noqa: BLE001 - handed to the reader
            error = raised
        made.put(_Failed(error))

    maker = threading.Thread(target=make, name="ahead", daemon=True)
    maker.start()
    try:
        while not isinstance(item := made.get(), _Failed):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        while maker.is_alive():
            _emptied(made)
            maker.join(0.05)


def _emptied(made: "queue.Queue[T | _Failed]") -> None:
    """Room for a maker that waits to put something."""
    try:
        made.get_nowait()
    except queue.Empty:
        return
