"""REST routes of market data."""

from django.urls import path

from marketdata.api.books import SymbolBook
from marketdata.api.candles import Candles
from marketdata.api.instruments import Instruments
from marketdata.api.quotes import Quotes, SymbolQuote

urlpatterns = [
    path("quotes", Quotes.as_view(), name="quotes"),
    path("quotes/<str:symbol>", SymbolQuote.as_view(), name="quote"),
    path("book/<str:symbol>", SymbolBook.as_view(), name="book"),
    path("candles/<str:symbol>", Candles.as_view(), name="candles"),
    path("instruments", Instruments.as_view(), name="instruments"),
]
