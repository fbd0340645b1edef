"""What is asked of OKX by HTTP: the time, an instrument, trades of before."""

from decimal import Decimal, InvalidOperation
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from recorder.importers.formats.streams.okx_messages import Trade, trade_row
from recorder.importers.placing.contracts import Contract, Kind, okx_kind
from recorder.live.adapter.exchange import NotAnswered, RefusedError
from recorder.live.adapter.requests import get
from shared.recordings.writing.rows import NewTrade

PAGE = 100
"""Trades in an answer, at most."""

NO_INSTRUMENT = "51001"

Item = TypeVar("Item")


class _Answer(msgspec.Struct):
    code: str
    msg: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")


class _Time(msgspec.Struct):
    ts: str


class _Instrument(msgspec.Struct):
    instId: str  # noqa: N815 - as the exchange calls it
    ctVal: str = ""  # noqa: N815
    ctMult: str = ""  # noqa: N815
    ctType: str = ""  # noqa: N815


class OkxRest:
    """OKX's REST interface at `url`; everything raises NotAnswered when it does not answer."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def time_ms(self) -> int:
        """Return what time it is there, in epoch milliseconds."""
        for moment in await self._get("public/time", list[_Time]):
            try:
                return int(moment.ts)
            except ValueError:
                break
        raise NotAnswered("expected a time of the exchange, found none")

    async def contract(self, instrument: str) -> Contract:
        """Return how large a contract of `instrument` is; raise RefusedError if there is none."""
        kind = okx_kind(instrument)
        name = "SWAP" if instrument.endswith("-SWAP") else "FUTURES" if kind else "OPTION"
        found = await self._get(
            "public/instruments", list[_Instrument], instType=name, instId=instrument
        )
        for each in found:
            if each.instId == instrument:
                return _contract(each, kind)
        raise RefusedError(f"{instrument}: the exchange has no such instrument")

    async def trades_up_to(
        self, instrument: str, last: int, contract: Contract | None
    ) -> list[tuple[int, NewTrade]]:
        """Return at most PAGE single trades with ids up to `last`, the newest there are."""
        found = await self._get(
            "market/history-trades",
            list[Trade],
            instId=instrument,
            type="1",
            after=str(last + 1),
            limit=str(PAGE),
        )
        try:
            return [(int(trade.tradeId), trade_row(trade, contract)) for trade in found]
        except (ValueError, ArithmeticError) as error:
            raise NotAnswered(f"{instrument}: trades that cannot be used: {error}") from error

    async def _get(self, what: str, form: type[list[Item]], **query: str) -> list[Item]:
        url = f"{self._url}/api/v5/{what}" + (f"?{urlencode(query)}" if query else "")
        data = await get(url)
        try:
            answer = msgspec.json.decode(data, type=_Answer)
            if answer.code == NO_INSTRUMENT:
                raise RefusedError(f"{query.get('instId')}: {answer.msg or 'no such instrument'}")
            if answer.code != "0":
                raise NotAnswered(f"{url}: {answer.code} {answer.msg:.200}")
            return msgspec.json.decode(answer.data, type=form)
        except (ValueError, msgspec.DecodeError) as error:
            raise NotAnswered(f"{url}: an answer that cannot be used: {error}") from error


def _contract(instrument: _Instrument, kind: Kind | str | None) -> Contract:
    try:
        value = Decimal(instrument.ctVal) * Decimal(instrument.ctMult or "1")
        return Contract(value, Kind(instrument.ctType or kind or Kind.LINEAR))
    except (InvalidOperation, ValueError) as error:
        raise RefusedError(
            f"{instrument.instId}: the exchange does not say how large a contract is"
        ) from error
