"""A synthetic market: the same seed gives the same tape on any machine and Python. docs/synthetic.md says how it behaves, and how well."""

from marketdata.domain.synthetic.market import SOURCE, Listing, SyntheticMarket
from marketdata.domain.synthetic.regimes import REGIMES, Regime
from marketdata.domain.synthetic.session import COURSES, SESSION, SESSION_STEPS

__all__ = ["COURSES", "REGIMES", "SESSION", "SESSION_STEPS", "SOURCE", "Listing", "Regime", "SyntheticMarket"]
