"""One side of a book: the best price, and levels that come and go."""

import random

from matching.domain.book import Book, Rules
from matching.domain.ladder import COMPACT_ABOVE
from matching.domain.orders import Order


def order(number: int, price: int, leaves: int = 1) -> Order:
    return Order(f"o{number}", "A", "X", "buy", "limit", "day", leaves, price, leaves, None)


def test_an_empty_ladder_has_no_best_price() -> None:
    assert Book("X", Rules(1, 1)).bids.best() is None


def test_bids_are_best_from_above_and_asks_from_below() -> None:
    book = Book("X", Rules(1, 1))
    for number, price in enumerate((5, 9, 7)):
        book.bids.append(order(number, price), price)
        book.asks.append(order(number, price), price)
    assert [level.price for level in book.bids.in_order()] == [9, 7, 5]
    assert [level.price for level in book.asks.in_order()] == [5, 7, 9]


def test_a_price_that_comes_and_goes_leaves_one_level_behind() -> None:
    ladder = Book("X", Rules(1, 1)).asks
    for number in range(10_000):
        passing = order(number, 7)
        ladder.remove(passing, ladder.append(passing, 7))
    assert (len(ladder.heap), len(ladder.levels)) == (1, 1)


def test_vacant_levels_never_outnumber_the_occupied_by_more_than_is_tolerated() -> None:
    ladder = Book("X", Rules(1, 1)).asks
    ladder.append(order(0, 1), 1)
    for price in range(2, 50_000):
        passing = order(price, price)
        ladder.remove(passing, ladder.append(passing, price))
        assert len(ladder.levels) <= 2 * COMPACT_ABOVE
    assert ladder.best().price == 1


def test_the_best_price_equals_a_plain_minimum_through_random_comings_and_goings() -> None:
    chance = random.Random(7)
    ladder = Book("X", Rules(1, 1)).bids
    there: list[Order] = []
    for number in range(20_000):
        if there and chance.random() < 0.5:
            gone = there.pop(chance.randrange(len(there)))
            ladder.remove(gone, gone.level)
        else:
            price = chance.randint(1, 3_000)
            there.append(order(number, price))
            ladder.append(there[-1], price)
        if number % 7 == 0:
            best = ladder.best()
            assert (best.price if best else None) == max((resting.price for resting in there), default=None)
