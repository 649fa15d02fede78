"""A reader who is behind costs bounded memory; the close comes last and alone."""

from oms_site.stream.outbox import AT_ONCE_BYTES, CONGESTED_FRAMES, MOST_BYTES, MOST_FRAMES, Outbox


async def test_frames_leave_in_order() -> None:
    outbox = Outbox()
    for frame in (b"a", b"b", b"c"):
        assert outbox.put(frame)
    assert await outbox.get() == [b"a", b"b", b"c"]


async def test_a_piece_is_bounded_but_holds_a_frame_of_any_size() -> None:
    outbox = Outbox()
    for size in (AT_ONCE_BYTES + 1, AT_ONCE_BYTES - 1, 1, 1):
        outbox.put(b"x" * size)
    assert [[len(frame) for frame in await outbox.get() or []] for _ in range(3)] == [[AT_ONCE_BYTES + 1], [AT_ONCE_BYTES - 1, 1], [1]]


async def test_there_is_room_for_a_bounded_number_of_frames() -> None:
    outbox = Outbox()
    assert all(outbox.put(b"x") for _ in range(MOST_FRAMES))
    assert not outbox.put(b"x")


async def test_there_is_room_for_a_bounded_number_of_bytes_but_always_for_one_frame() -> None:
    outbox = Outbox()
    assert outbox.put(b"x" * (MOST_BYTES + 1))
    assert not outbox.put(b"x")


async def test_a_reader_that_is_behind_is_congested_until_it_has_caught_up() -> None:
    outbox = Outbox()
    for _ in range(CONGESTED_FRAMES):
        outbox.put(b"x")
    assert outbox.congested
    await outbox.get()
    assert not outbox.congested
    await outbox.room()


async def test_a_close_drops_what_is_queued_and_keeps_the_first_code() -> None:
    outbox = Outbox()
    outbox.put(b"x")
    outbox.close(4408)
    outbox.close(4401)
    assert await outbox.get() is None
    assert outbox.close_code == 4408
    assert outbox.put(b"y"), "what comes after is swallowed"
