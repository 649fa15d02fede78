"""Whatever is sent, the answer is either lines of JSON or one refusal: never a traceback."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.match_stream.strict_json import Malformed
from tests.unit.matching.match_stream.cases import answer, cases

_GOOD = sorted({line.encode() for case in cases() for line in case.input})
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals().map(str)
    | st.text()
    | st.sampled_from(["X", "buy", "limit", "2024-02-29", "1.5"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@st.composite
def _spoiled_bytes(draw: st.DrawFn) -> bytes:
    """A good line with some bytes of it replaced."""
    line = draw(st.sampled_from(_GOOD))
    start = draw(st.integers(0, len(line)))
    return line[:start] + draw(st.binary(max_size=4)) + line[start + draw(st.integers(0, 4)) :]


@st.composite
def _spoiled_field(draw: st.DrawFn) -> bytes:
    """A good line with any value in one of its fields, or in one more."""
    fields = json.loads(draw(st.sampled_from(_GOOD)))
    fields[draw(st.sampled_from([*fields, "price", "kind", "depth", "expire_date"]))] = draw(_VALUES)
    return json.dumps(fields).encode()


def _told(lines: list[bytes]) -> None:
    try:
        text = answer(*lines, with_hash=True)
    except Malformed:
        return
    assert all(json.loads(line)["type"] for line in text.splitlines())


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_GOOD), max_size=20), _spoiled_bytes() | _spoiled_field() | st.binary(max_size=40))
def test_a_spoiled_line_is_answered_or_refused(before: list[bytes], spoiled: bytes) -> None:
    _told([*before, spoiled])
    _told([spoiled, *before])
