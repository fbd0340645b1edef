"""Whatever a file is packed in, cut off or spoilt: a clear word about it, and nothing half."""

import gzip
import hashlib
import random
import tarfile
from pathlib import Path

import pytest

from recorder.importers.archives import lines as lines_module
from recorder.importers.archives import unpacking
from tests.support.imports import import_file, trades
from tests.support.made_downloads import (
    MIDNIGHT_MS,
    expected,
    gzipped,
    json_lines,
    made_trades,
    okx_book_lines,
    okx_csv,
    tarred,
    zipped,
)

MADE = made_trades(random.Random(8), 40_000)
CSV = okx_csv(MADE, "c")
NAME = "BTC-USDT-trades-2025-07-01"


def refusal(path: Path, out_dir: Path) -> str:
    outcome = import_file(path, out_dir)
    assert outcome.refusal is not None
    assert list(out_dir.iterdir()) == []
    return outcome.refusal


def spoilt(path: Path, place: float) -> Path:
    data = bytearray(path.read_bytes())
    middle = int(len(data) * place)
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    return path


@pytest.mark.parametrize("how", ["plain", "gz", "zip", "tar.gz", "tar", "zip of two", "gz in two"])
def test_what_it_is_packed_in_does_not_matter(how: str, tmp_path: Path) -> None:
    half = CSV[: len(CSV) // 2].rpartition(b"\n")[0] + b"\n"
    path = tmp_path / f"{NAME}.download"
    match how:
        case "plain":
            path.write_bytes(CSV)
        case "gz":
            gzipped(path, CSV)
        case "zip":
            zipped(path, {f"{NAME}.csv": CSV, "__MACOSX/._x": b"junk"})
        case "tar.gz":
            tarred(path, {f"{NAME}.csv": CSV})
        case "tar":
            path.write_bytes(gzip.decompress(tarred(path, {f"{NAME}.csv": CSV}).read_bytes()))
        case "zip of two":
            heading = CSV.partition(b"\n")[0] + b"\n"
            zipped(path, {"one.csv": half, "two.csv": heading + CSV[len(half) :]})
        case "gz in two":
            path.write_bytes(gzip.compress(half) + gzip.compress(CSV[len(half) :]))
    import_file(path, tmp_path / "out")
    assert trades(tmp_path / "out") == expected(MADE)


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    assert "found a file of 0 bytes" in refusal(path, tmp_path / "out")
    assert "gzip file of nothing" in refusal(gzipped(path, b""), tmp_path / "out")
    assert "nothing in it" in refusal(zipped(path, {}), tmp_path / "out")
    assert "neither text nor packed" in refusal(tarred(path, {}), tmp_path / "out")
    assert "it is empty" in refusal(zipped(path, {"x.csv": b""}), tmp_path / "out")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.csv", tmp_path / "out")
    assert "directory" in refusal(tmp_path, tmp_path / "out")


DAMAGED = {
    "a gzip file that is cut off": (lambda path: cut(gzipped(path, CSV)), "ends too early"),
    "a gzip file with a spoilt place": (lambda path: spoilt(gzipped(path, CSV), 0.7), "damaged"),
    "a gzip file of which the sum is wrong": (
        lambda path: spoilt_end(gzipped(path, CSV)),
        "damaged",
    ),
    "a zip archive that is cut off": (lambda path: cut(zipped(path, {"x.csv": CSV})), "damaged"),
    "a zip archive with a spoilt place": (
        lambda path: spoilt(zipped(path, {"x.csv": CSV}), 0.7),
        "damaged",
    ),
    "a tar archive that is cut off": (lambda path: cut(tarred(path, {"x.csv": CSV})), "too early"),
}


def spoilt_end(path: Path) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[:-8] + b"\1\2\3\4" + data[-4:])
    return path


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    make, word = DAMAGED[name]
    assert word in refusal(make(tmp_path / f"{NAME}.csv.gz"), tmp_path / "out")


def test_what_comes_before_the_damage_is_kept_if_the_user_says_so(tmp_path: Path) -> None:
    path = cut(gzipped(tmp_path / f"{NAME}.csv.gz", CSV))
    outcome = import_file(path, tmp_path / "out", keeps_damaged=True)
    found = trades(tmp_path / "out")
    assert outcome.refusal is not None
    assert f"line {len(found) + 2}: its gzip data ends too early" in outcome.refusal
    assert f"kept: the {len(found):,} rows before" in outcome.refusal
    assert 20_000 < len(found) < 40_000
    assert found == expected(MADE[: len(found)])


def test_damage_leaves_what_was_there_before(tmp_path: Path) -> None:
    first = gzipped(tmp_path / "first.csv.gz", okx_csv(MADE[:100], "c"))
    import_file(first, tmp_path / "out")
    import_file(cut(gzipped(tmp_path / "x.csv.gz", CSV)), tmp_path / "out")
    assert trades(tmp_path / "out") == expected(MADE[:100])


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "a\\..\\evil.csv"])
@pytest.mark.parametrize("how", ["zip", "tar.gz"])
def test_names_that_lead_out_of_an_archive_are_refused(name: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{how}"
    make = zipped if how == "zip" else tarred
    assert "leads out of the archive" in refusal(make(path, {name: CSV}), tmp_path / "out")


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("link.csv")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    assert "found a link" in refusal(path, tmp_path / "out")


@pytest.mark.parametrize("how", ["gz", "zip", "tar.gz"])
def test_an_archive_bomb_is_refused(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 2**20)
    bomb = okx_csv(MADE[:1], "c") + b"\n" * (4 * 2**20)
    path = tmp_path / f"x.{how}"
    match how:
        case "gz":
            gzipped(path, bomb)
        case "zip":
            zipped(path, {"x.csv": bomb})
        case "tar.gz":
            tarred(path, {"x.csv": bomb})
    assert "no recording does" in refusal(path, tmp_path / "out")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 2**20)
    line = json_lines(okx_book_lines(random.Random(9), 1))
    path = tmp_path / "x.data"
    path.write_bytes(line + b'{"instId":"' + b"x" * 2**22)
    assert "line 2: expected lines, found one of more than 1 MB" in refusal(path, tmp_path / "out")


@pytest.mark.parametrize("is_right", [True, False])
def test_a_checksum_beside_is_checked(is_right: bool, tmp_path: Path) -> None:
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.csv": CSV})
    digest = hashlib.sha256(path.read_bytes() if is_right else b"").hexdigest()
    path.with_name(f"{path.name}.CHECKSUM").write_text(f"{digest}  {path.name}\n", "utf-8")
    if is_right:
        assert import_file(path, tmp_path / "out").is_checked
    else:
        assert f"not what {NAME}.zip.CHECKSUM says" in refusal(path, tmp_path / "out")


OTHERS = {
    "Binance bookTicker": (
        f"update_id,best_bid_price,best_ask_price,event_time\n1,2,4,{MIDNIGHT_MS}\n",
        "best bid and ask alone",
    ),
    "bookTicker without heading": (
        f"1,2,3,4,5,{MIDNIGHT_MS},{MIDNIGHT_MS}\n",
        "best bid and ask alone",
    ),
    "Binance bookDepth": ("timestamp,percentage,depth,notional\n2025-07-01,-5,1,2\n", "bands"),
    "Binance candles": (f"{MIDNIGHT_MS},1,2,3,4,5,{MIDNIGHT_MS},6,7,8,9,0\n", "candles"),
    "OKX candles": ("instrument_name,open,high,low,close,vol\nBTC-USDT,1,2,3,4,5\n", "candles"),
    "Tardis quotes": (
        "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n",
        "quotes",
    ),
    "Crypto Lake's changes": ("side_is_bid,price,size,timestamp\n1,2,3,4\n", "without a snapshot"),
    "a web page": ("<!DOCTYPE html><html></html>\n", "web page"),
    "a day file": ("SQLite format 3\0....", "SQLite file"),
    "a picture": ("\x89PNG\0\0\0\1,\0\0", "neither text"),
    "prose": ("Once upon a time\nthere was\n", "no recording of a format known here"),
    "another table": ("name,age,town\nx,1,y\n", "a table without price, size, side, time"),
    "trades without sides": ("price,amount,timestamp\n1,2,3\n", "no taker side, and none is made"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_recording_is_refused_with_what_it_is(name: str, tmp_path: Path) -> None:
    text, why = OTHERS[name]
    path = tmp_path / "download"
    path.write_text(text, "utf-8")
    assert why in refusal(path, tmp_path / "out")


def test_an_instrument_that_is_a_path_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(okx_csv(MADE[:3], "c", "../BTC"))
    assert "cannot be part of a file's name" in refusal(path, tmp_path / "out")
