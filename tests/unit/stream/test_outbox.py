"""A reader who is behind costs bounded memory; the close comes last and alone."""

from oms_site.stream.outbox import CONGESTED_FRAMES, MOST_CHARACTERS, MOST_FRAMES, Outbox


async def test_frames_leave_in_order() -> None:
    outbox = Outbox()
    for text in "abc":
        assert outbox.put(text)
    assert [await outbox.get() for _ in "abc"] == ["a", "b", "c"]


async def test_there_is_room_for_a_bounded_number_of_frames() -> None:
    outbox = Outbox()
    assert all(outbox.put("x") for _ in range(MOST_FRAMES))
    assert not outbox.put("x")


async def test_there_is_room_for_a_bounded_number_of_characters_but_always_for_one_frame() -> None:
    outbox = Outbox()
    assert outbox.put("x" * (MOST_CHARACTERS + 1))
    assert not outbox.put("x")


async def test_a_reader_that_is_behind_is_congested_until_it_has_caught_up() -> None:
    outbox = Outbox()
    for _ in range(CONGESTED_FRAMES):
        outbox.put("x")
    assert outbox.congested
    await outbox.get()
    assert not outbox.congested
    await outbox.room()


async def test_a_close_drops_what_is_queued_and_keeps_the_first_code() -> None:
    outbox = Outbox()
    outbox.put("x")
    outbox.close(4408)
    outbox.close(4401)
    assert await outbox.get() is None
    assert outbox.close_code == 4408
    assert outbox.put("y"), "what comes after is swallowed"
