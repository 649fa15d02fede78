"""The bugs that are planted, by name: what each breaks, and the text of the engine it changes."""

from tests.unit.matching.planting import Bug

BUGS = {
    "the worst bid is served first": Bug("price priority", "book", "self.bids = Ladder(self, BUY, -1)", "self.bids = Ladder(self, BUY, 1)"),
    "the newest order at a price is served first": Bug(
        "time priority",
        "ladder",
        "                tail.behind = order\n                order.before = tail\n        level.tail = order\n",
        "                order.behind = level.head\n                level.head.before = order\n                level.head = order\n"
        "        level.tail = level.tail or order\n",
    ),
    "a cancel in mid-queue loses those behind": Bug(
        "the queue stays whole", "ladder", "            before.behind = behind\n", "            before.behind = None\n"
    ),
    "fills are at the taker's price": Bug(
        "fills are at the resting price",
        "sweep",
        "        price = level.price\n",
        "        price = level.price if taker.price is None else taker.price\n",
    ),
    "the count of a level is off after a sweep": Bug(
        "depth follows fills", "sweep", "        level.count -= filled\n", "        level.count -= min(filled, 1)\n"
    ),
    "an id is not free after a fill": Bug(
        "an id may be used again once its order is closed", "sweep", "            del open_orders[maker.id]\n", ""
    ),
    "the remainder of an immediate order rests": Bug(
        "an IOC remainder never rests", "engine", "        if command.tif == _IOC:\n", "        if command.tif == _AT_CLOSE:\n"
    ),
    "a size up keeps its place": Bug(
        "size up goes to the tail",
        "replacing",
        "== (order.price, stop) and terms.quantity <= order.quantity\n",
        "== (order.price, stop)\n",
    ),
    "a size down loses its place": Bug(
        "size down keeps the place",
        "replacing",
        "== (order.price, stop) and terms.quantity <= order.quantity\n",
        "== (order.price, stop) and terms.quantity == order.quantity\n",
    ),
    "a replace into the far side rests crossed": Bug(
        "a replaced order may trade",
        "replacing",
        "    elif book.phase == CONTINUOUS:\n        act(engine, book, order, events)\n    else:\n        rest(engine, book, order)\n",
        "    else:\n        rest(engine, book, order)\n",
    ),
    "a halted market takes replaces": Bug(
        "halted and closed allow cancels only",
        "replacing",
        "    if book.phase in SHUT_PHASES and not command.unsolicited:\n",
        "    if book.phase not in (CONTINUOUS, *SHUT_PHASES) and not command.unsolicited:\n",
    ),
    "fill-or-kill counts own orders": Bug(
        "liquidity that prevention removes does not count",
        "taking",
        "    mode = prevention(taker)\n    offers: Iterator[int]\n",
        "    mode = None\n    offers: Iterator[int]\n",
    ),
    "fill-or-kill counts what is displayed": Bug(
        "hidden quantity counts for fill-or-kill", "taking", "offers = (ladder.total(level) for", "offers = (level.quantity for"
    ),
    "fill-or-kill forgets the band beside prevention": Bug(
        "a fill-or-kill with prevention counts only what lies inside the band",
        "taking",
        "        if offered and band is not None and not band[0] <= level.price <= band[1]:\n            return\n",
        "",
    ),
    "cancel both spares the incoming order": Bug(
        "cancel_both: both",
        "taking",
        "        return mode == _OLDEST or _canceled(engine, taker, events)\n",
        "        return mode in (_OLDEST, _BOTH)\n",
    ),
    "decrement leaves the total": Bug("decrement lowers the total", "taking", "            order.quantity -= both\n", ""),
    "a refreshed slice keeps its place": Bug(
        "a slice refreshes at the tail", "ladder", "        if level.count == 1:\n", "        if level.count >= 1:\n"
    ),
    "a slice used in part goes to the tail": Bug(
        "a partial fill keeps its place",
        "ladder",
        "        elif order.leaves == order.hidden:\n",
        "        elif order.hidden:\n",
    ),
    "a size cut takes the displayed quantity": Bug(
        "a size cut takes hidden quantity first",
        "orders",
        "        self.hidden = max(0, self.hidden - quantity)\n",
        "        self.hidden = min(self.hidden, self.leaves)\n",
    ),
    "stops act by price": Bug("by entry among those one command elects", "stops", "sorted(met, key=_by_entry)", "met"),
    "a price that equals the stop does not elect": Bug(
        "buy: price >= stop, sell: price <= stop",
        "stops",
        "        while heap and heap[0][0] <= key:\n",
        "        while heap and heap[0][0] < key:\n",
    ),
    "a trailing buy follows the highest price": Bug(
        "the best last price since entry",
        "stops",
        "price if best is None else min(best, price)",
        "price if best is None else max(best, price)",
    ),
    "stops act during an auction": Bug(
        "none acts outside continuous trading", "acting", "    while book.phase == CONTINUOUS and (order", "    while (order"
    ),
    "only the last price of a sweep elects": Bug(
        "elected by any trade price, also inside one sweep",
        "acting",
        "        book.stops.traded(traded[0], traded[-1])\n",
        "        book.stops.traded(traded[-1], traded[-1])\n",
    ),
    "an uncross takes the lower of equal prices": Bug(
        "then the higher", "auction", "-abs(price - book.last), price)", "-abs(price - book.last), -price)"
    ),
    "an uncross does not look at the imbalance": Bug(
        "then smallest imbalance", "auction", "rank = (volume, -abs(imbalance),", "rank = (volume, 0,"
    ),
    "the last price is not that of the uncross": Bug(
        "the uncross price is the last price", "auction", "    book.last = book.reference = price\n", "    book.reference = price\n"
    ),
    "market orders are served last in an uncross": Bug(
        "best buy with best sell",
        "auction",
        "chain(book.unpriced(side), () if reached is None else (reached,))",
        "chain(() if reached is None else (reached,), book.unpriced(side))",
    ),
    "the rest of an auction's orders stays": Bug(
        "takes part in its uncross, the rest expires",
        "phases",
        "if order.id in book.called] if book.called else ():\n",
        "if order.id in book.called] if not book.called else ():\n",
    ),
    "an at-close order does not come to its auction": Bug(
        "waits parked until an auction of kind closing",
        "phases",
        "        if book.auction == _CLOSING:\n",
        "        if book.auction == _VOLATILITY:\n",
    ),
    "a late day-end ends tomorrow's order": Bug(
        "a late day-end never kills tomorrow's order",
        "phases",
        "order.trade_date is not None and order.trade_date > day)",
        "order.trade_date is not None and order.trade_date > day > order.trade_date)",
    ),
    "an order good till a date lives a day longer": Bug(
        "gtd orders whose date is not after the day expire",
        "phases",
        "until is not None and until <= day",
        "until is not None and until < day",
    ),
    "post-only is refused while orders are collected": Bug(
        "accepted in a call phase",
        "entry",
        "    if book.phase == CONTINUOUS:\n        if tif == TimeInForce.AT_OPEN:\n",
        "    if asks.post_only and would_take(book, command.side or '', command.price or 0):\n        return Reason.POST_ONLY_WOULD_TAKE\n"
        "    if book.phase == CONTINUOUS:\n        if tif == TimeInForce.AT_OPEN:\n",
    ),
    "a mass cancel misses parked stops": Bug(
        "parked stops included",
        "engine",
        "            if (not command.account or order.account == command.account)\n",
        "            if not order.parked and (not command.account or order.account == command.account)\n",
    ),
    "the edge of the band is outside": Bug(
        "a trade outside the band pauses", "taking", "reference * (ONE + band) // ONE\n", "reference * (ONE + band) // ONE - 1\n"
    ),
    "a busted quantity comes back in its old place": Bug(
        "the tail of its level when leaves rise",
        "correcting",
        "    elif 0 < -released < order.leaves:\n",
        "    elif -released < order.leaves:\n",
    ),
    "a canceled order opens again when its fill is busted": Bug(
        "a canceled one stays closed",
        "correcting",
        "    if order.leaves or engine.ended.get(order.id) is order:\n",
        "    if engine.ended.get(order.id) is order:\n",
    ),
    "a snapshot shows what was hidden": Bug(
        "snapshot and tail are the whole log",
        "state",
        "= hidden, triggered, entry, best\n",
        "= 0, triggered, entry, best\n",
    ),
    "a snapshot forgets the line of at-close orders": Bug(
        "snapshot and tail are the whole log", "state", '        "closing": list(book.closing),\n', '        "closing": [],\n'
    ),
    "a level that changed is not told": Bug(
        "a reader of changed levels has the book", "taking", "        engine.touched.append(level)\n", ""
    ),
}
