"""The course of a session: opens, goes through what the seed draws, closes, begins again."""

from itertools import groupby

from marketdata.domain.synthetic.session import SESSION, Course, busy

STEPS = 120


def names(seed, steps=STEPS):
    course = Course(SESSION, seed, STEPS)
    return [course.next().name for _ in range(steps)]


def test_a_session_opens_first_and_closes_volatile_whatever_the_seed():
    for seed in range(20):
        course = names(seed)
        assert course[0] == course[STEPS // 12 - 1] == "open"
        assert course[-1] == "volatile"


def test_the_seed_draws_what_lies_between_and_draws_the_same_again():
    assert names(1) == names(1)
    assert len({tuple(name for name, _ in groupby(names(seed))) for seed in range(20)}) > 10


def test_the_next_session_opens_again_and_is_drawn_anew():
    course = names(1, 2 * STEPS)
    first, second = course[:STEPS], course[STEPS:]
    assert second[0] == "open"
    assert first != second


def test_calm_is_the_usual_and_a_crash_the_exception():
    drawn = [name for seed in range(100) for name, _ in groupby(names(seed)[:: STEPS // 12])]
    assert drawn.count("calm") > drawn.count("volatile") > drawn.count("crash") > 0


def test_activity_is_a_u_over_the_session():
    assert busy(0, STEPS) == 220
    assert busy(STEPS // 2, STEPS) == 60
    assert all(busy(at, STEPS) >= busy(at + 1, STEPS) for at in range(STEPS // 2))
    assert all(busy(at, STEPS) <= busy(at + 1, STEPS) for at in range(STEPS // 2, STEPS - 1))


def test_a_steady_course_never_changes():
    course = Course("trend", 1)
    assert {course.next()[::2] for _ in range(100)} == {("trend", 100)}
