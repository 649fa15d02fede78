"""The client's errors in the words of `ports`."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors

from oms_site.infra.bus.ports import BusError, Fenced, OffsetGone

FENCING = (
    errors.ProducerFencedError,
    errors.InvalidProducerEpochError,
    errors.IllegalGenerationError,
    errors.UnknownMemberIdError,
    errors.FencedInstanceIdError,
    errors.CommitFailedError,
)
"""Somebody newer has taken over: the transactional id, or this member's place in the group."""
GONE = (errors.OffsetOutOfRangeError, errors.LogTruncationError)


def translated(error: BaseException, doing: str) -> BusError:
    """The `BusError` that says what failed; the client wraps causes, so the whole chain is looked at."""
    text = f"{doing}: {type(error).__name__} {error}".rstrip()
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, FENCING):
            return Fenced(text)
        if isinstance(seen, GONE):
            return OffsetGone(text)
        nested = [value for value in seen.args if isinstance(value, BaseException)]
        seen = seen.__cause__ or seen.__context__ or (nested[0] if nested else None)
    return BusError(text)


@contextmanager
def translating(doing: str) -> Iterator[None]:
    """Turns every error of the client into a `BusError`. Connection trouble surfaces as OSError as well."""
    try:
        yield
    except BusError:
        raise
    except (errors.KafkaError, OSError, AssertionError, RuntimeError, ValueError) as error:
        raise translated(error, doing) from error
