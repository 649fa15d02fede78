"""What is known of markets holds for the synthetic one: 25 minutes of each regime under a fixed seed."""

import pytest

from benchmarks.synthetic.facts import arrivals, prints, returns, signs, spreads
from benchmarks.synthetic.numbers import autocorrelation, correlation, deviation, kurtosis, mean, overdispersion, quantile
from benchmarks.synthetic.tapes import LISTINGS, SYMBOLS, synthetic
from marketdata.domain.synthetic import REGIMES

ALL = sorted(REGIMES)


def moved(regime, symbol):
    """Change of the bid over the tape, percent."""
    rows = synthetic(regime)[symbol]
    return 100 * (rows[-1].bid - rows[0].bid) / rows[0].bid


def over(symbols, number):
    return mean([number(symbol) for symbol in symbols])


def test_a_crash_falls_in_every_symbol_and_most_in_the_equities():
    assert all(moved("crash", symbol) < -20 for symbol in ("IBM", "BAC", "AIG"))
    assert moved("crash", "EURUSD") < -8


def test_a_trend_rises_in_every_symbol():
    assert all(moved("trend", symbol) > 0.5 for symbol in SYMBOLS)


def test_a_calm_market_stays_where_it_is():
    assert all(abs(moved("calm", symbol)) < 0.5 for symbol in SYMBOLS)


def test_the_wilder_the_regime_the_larger_the_moves():
    sizes = [
        over(SYMBOLS, lambda s, r=regime: deviation(returns(synthetic(r)[s], 1)))
        for regime in ("calm", "trend", "open", "volatile", "crash")
    ]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 8 * sizes[0]


def test_spreads_widen_from_calm_to_crash_and_depth_thins():
    wide = [mean(spreads(synthetic(regime)["IBM"], LISTINGS["IBM"].tick)) for regime in ("calm", "trend", "open", "crash")]
    assert wide == sorted(wide)
    assert wide[-1] > 5 * wide[0]
    offered = {r: quantile([row.bid_size for row in synthetic(r)["BAC"]], 50) for r in ("calm", "crash")}
    assert offered["crash"] < offered["calm"] // 2


def test_where_a_tick_is_much_of_the_price_the_spread_is_one_tick_and_the_quote_deep():
    bac, ibm = synthetic("open")["BAC"], synthetic("open")["IBM"]
    assert spreads(bac, LISTINGS["BAC"].tick).count(1) > 0.9 * len(bac)
    assert spreads(ibm, LISTINGS["IBM"].tick).count(1) < 0.2 * len(ibm)
    assert quantile([row.bid_size for row in bac], 50) > 50 * quantile([row.bid_size for row in ibm], 50)


@pytest.mark.parametrize("regime", ALL)
def test_tails_of_returns_are_heavy(regime):
    assert over(("IBM", "AIG", "EURUSD"), lambda symbol: kurtosis(returns(synthetic(regime)[symbol], 1))) > 5


@pytest.mark.parametrize("regime", ALL)
def test_returns_say_nothing_of_the_next_but_their_size_does(regime):
    second = {symbol: returns(synthetic(regime)[symbol], 1) for symbol in ("IBM", "EURUSD")}
    assert all(abs(autocorrelation(values, 1)) < 0.15 for values in second.values())
    sizes = {symbol: [abs(value) for value in values] for symbol, values in second.items()}
    assert over(sizes, lambda symbol: autocorrelation(sizes[symbol], 1)) > 0.05
    assert over(sizes, lambda symbol: autocorrelation(sizes[symbol], 5)) > 0


@pytest.mark.parametrize("regime", ALL)
def test_signs_of_prints_agree_for_long_and_ever_less(regime):
    sides = {symbol: signs(synthetic(regime)[symbol]) for symbol in SYMBOLS}
    one, five, twenty = (over(SYMBOLS, lambda s, lag=lag: autocorrelation(sides[s], lag)) for lag in (1, 5, 20))
    assert 0.35 < one < 0.75
    assert one > five > twenty > 0


@pytest.mark.parametrize("regime", ALL)
def test_prints_come_in_bursts(regime):
    assert over(SYMBOLS, lambda symbol: overdispersion(arrivals(synthetic(regime)[symbol], 5))) > 1.5


def test_sizes_are_mostly_one_round_lot_with_a_heavy_tail_and_a_liking_for_tens():
    sizes = [row.last_size // (100 * LISTINGS["IBM"].lot) for row in prints(synthetic("open")["IBM"])]
    assert sizes.count(1) > len(sizes) // 2
    assert quantile(sizes, 99) > 20 * quantile(sizes, 50)
    assert sizes.count(10) > sizes.count(9) + sizes.count(12) // 2


def test_prints_cluster_at_round_prices():
    share = over(
        ("IBM", "AIG", "EURUSD"),
        lambda s: mean([row.last % (5 * LISTINGS[s].tick) == 0 for row in prints(synthetic("open")[s])]),
    )
    assert share > 0.21


def test_equities_move_together_more_so_in_a_crash_and_currencies_on_their_own():
    def together(regime, one, two):
        return correlation(returns(synthetic(regime)[one], 10), returns(synthetic(regime)[two], 10))

    pairs = (("IBM", "BAC"), ("IBM", "AIG"), ("BAC", "AIG"))
    usual, crash = (mean([together(regime, *pair) for pair in pairs]) for regime in ("open", "crash"))
    assert 0.05 < usual < 0.35
    assert 0.35 < crash < 0.7
    assert abs(together("crash", "IBM", "EURUSD")) < 0.3
