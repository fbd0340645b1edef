"""Say by which contract the sizes of a book are told in base units."""

from recorder.importers.placing.contracts import IN_BASE, Contract, Contracts, Kind


def book_contract(
    contracts: Contracts, instrument: str, kind: Kind | str | None
) -> tuple[bool, Contract | None]:
    """Say whether sizes of `instrument` can be told in base units, and by which contract if any."""
    if kind == IN_BASE:
        return True, None
    contract = contracts.of(instrument, Kind(kind) if kind else None)
    return contract is not None, contract
