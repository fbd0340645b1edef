"""Levels as the text of the file, where that is what a day file holds anyway."""

import re

import orjson

from recorder.importers.placing.contracts import Contract
from shared.recordings.level_parser import parse_levels_including_zeros
from shared.recordings.problems import BadRowError

_NUMBER = r'"[0-9]++(?:\.[0-9]++)?"'
_PLAIN = re.compile(rf'\[(?:\[{_NUMBER},{_NUMBER}(?:,"[^"\\]*+"){{0,2}}\](?:,|(?=\])))*+\]')


def level_text(raw: bytes | memoryview, contract: Contract | None = None) -> str:
    """Return the levels in `raw`, valid JSON, as a day file holds them: as they are.

    Sizes in contracts become base units. Raises ValueError when they are no levels.
    """
    text = str(raw, "utf-8")
    if not _PLAIN.fullmatch(text):
        try:
            parse_levels_including_zeros(text)
        except BadRowError as error:
            raise ValueError(str(error)) from error
        text = orjson.dumps(orjson.loads(text)).decode()
    if contract is not None and text != "[]":
        text = orjson.dumps([_in_base(level, contract) for level in orjson.loads(text)]).decode()
    return text


def _in_base(level: list[object], contract: Contract) -> list[object]:
    price, contracts, *rest = level
    return [price, contract.base_text(str(contracts), str(price)), *rest]
