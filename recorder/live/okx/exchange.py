"""OKX as an exchange that can be recorded."""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial

from recorder.importers.placing.contracts import IN_BASE, okx_kind
from recorder.live.adapter.counts import Counts
from recorder.live.adapter.exchange import NotAnswered, Put
from recorder.live.adapter.pace import Allowance, Backoff
from recorder.live.adapter.resume import Recorded
from recorder.live.okx.line import Market, OkxLine, Patience
from recorder.live.okx.merged_book import MergedBook
from recorder.live.okx.rest import PAGE, OkxRest
from recorder.live.okx.trade_order import NOT_GIVEN, Ids, TradeOrder

logger = logging.getLogger(__name__)


MOST_FETCHED = 50_000
"""Missing trades that are asked for, the newest; at two thousand a second that is half a minute."""

_REQUESTS, _REQUESTS_SECONDS = 18, 2.0  # the exchange allows 20
_LOOK_SECONDS = 0.1
_MOST_TRIES = 5
"""Requests for the same trades that bring none, until these are given up: about ten seconds."""


class OkxExchange:
    """OKX at `ws_url` and `rest_url`; rows of the instruments of `recorded` go to `put`.

    `recorded` says what there is of each already. Sizes in contracts become base units, unless
    `is_as_sent`.
    """

    def __init__(
        self,
        recorded: Mapping[str, Recorded],
        put: Put,
        counts: Counts,
        *,
        ws_url: str,
        rest_url: str,
        patience: Patience | None = None,
        is_as_sent: bool = False,
    ) -> None:
        self.ws_url = ws_url
        self._rest = OkxRest(rest_url)
        self._counts = counts
        self._patience = patience or Patience()
        self._is_as_sent = is_as_sent
        self._allowance = Allowance(_REQUESTS, _REQUESTS_SECONDS)
        self._markets = {
            name: Market(
                MergedBook(name, partial(put, name), known.book_ms, known.seq_id),
                TradeOrder(name, partial(put, name), known.trade_id, known.trade_ms),
            )
            for name, known in recorded.items()
        }

    async def prepare(self) -> None:
        """See Exchange."""
        for name, market in self._markets.items():
            is_in_contracts = okx_kind(name) != IN_BASE and not self._is_as_sent
            if is_in_contracts and market.contract is None:
                market.contract = await self._rest.contract(name)
                logger.info(
                    "%s: a contract is %s, %s", name, market.contract.value, market.contract.kind
                )

    def new_line(self) -> OkxLine:
        """See Exchange."""
        return OkxLine(self._markets, self._counts, self._patience)

    async def clock_ms(self) -> int:
        """See Exchange."""
        return await self._rest.time_ms()

    async def fill(self) -> None:
        """See Exchange."""
        await asyncio.gather(*(self._fill(name) for name in self._markets))

    async def _fill(self, name: str) -> None:
        trades = self._markets[name].trades
        backoff, tries = Backoff(first=0.5, most=4.0), 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            missing = trades.wanted(time.monotonic())
            if missing is None:
                tries = 0
                continue
            if missing.how_many > MOST_FETCHED:
                trades.give_up(missing.last - MOST_FETCHED, "too many trades to fetch them all")
                continue
            page = Ids(missing.first, min(missing.last, missing.first + PAGE - 1))
            problem = await self._fetch(name, page, is_last_try=tries + 1 >= _MOST_TRIES)
            if problem is None:
                backoff.reset()
                tries = 0
                continue
            tries += 1
            if tries >= _MOST_TRIES:
                logger.warning("%s: missing trades are given up: %s", name, problem)
                trades.give_up(missing.last, NOT_GIVEN)
            await asyncio.sleep(backoff.next())

    async def _fetch(self, name: str, page: Ids, *, is_last_try: bool) -> str | None:
        """Fetch the trades of `page`; return why none came, None where some or all did."""
        market = self._markets[name]
        while delay := self._allowance.delay(time.monotonic()):
            await asyncio.sleep(delay)
        self._allowance.use(time.monotonic())
        try:
            found = await self._rest.trades_up_to(name, page.last, market.contract)
        except NotAnswered as error:
            return str(error)
        missing = {number: trade for number, trade in found if page.first <= number <= page.last}
        if not missing or (len(missing) < page.how_many and not is_last_try):
            return f"of trades {page.first} to {page.last} came {len(missing)}"
        self._counts.filled_trades += len(missing)
        market.trades.fill(missing.items(), page.last)
        return None
