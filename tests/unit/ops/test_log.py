"""Logs: one line an event, the request's id in it, routine left out."""

import logging

import pytest
import structlog

from oms_site.infra.log import Routine, formatter


def line(message: str, level: int = logging.INFO) -> str:
    record = logging.LogRecord("orders", level, __file__, 1, message, (), None)
    return formatter().format(record)


def test_a_line_says_when_how_bad_who_and_what() -> None:
    text = line("order entered")
    assert text.startswith("timestamp='20")
    assert "level='info' logger='orders' event='order entered'" in text


def test_what_is_bound_to_the_request_is_in_every_line() -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-17"):
        assert "request_id='r-17'" in line("order entered")
    assert "r-17" not in line("order entered")


def test_a_line_break_in_a_value_does_not_make_a_second_line() -> None:
    assert "\n" not in line("first\nlevel='error' event='forged'")


@pytest.mark.parametrize(
    ("message", "level", "kept"),
    [
        ("Task oms.supervise[1] succeeded", logging.INFO, False),
        ("Task oms.supervise[1] raised", logging.ERROR, True),
        ("Task oms.worker[1] succeeded", logging.INFO, True),
    ],
)
def test_routine_is_left_out_unless_it_warns(message: str, level: int, kept: bool) -> None:
    record = logging.LogRecord("celery.app.trace", level, __file__, 1, message, (), None)
    assert Routine("oms.supervise").filter(record) is kept
