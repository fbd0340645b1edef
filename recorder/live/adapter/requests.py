"""Ask an exchange by HTTP, without keeping the event loop or the end of the process waiting."""

import asyncio
import threading
import urllib.error
import urllib.request
from contextlib import suppress

from recorder.live.adapter.exchange import NotAnswered

SECONDS = 5.0
_MOST_BYTES = 32 * 2**20


async def get(url: str) -> bytes:
    """Return the answer to a GET of `url`; raise NotAnswered when there is none of use."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    def settle(data: bytes | None, error: str) -> None:
        if answer.done():
            return
        if data is None:
            answer.set_exception(NotAnswered(error))
        else:
            answer.set_result(data)

    def ask() -> None:
        data, error = _get(url)
        with suppress(RuntimeError):  # the loop has ended, and with it whoever wanted to know
            loop.call_soon_threadsafe(settle, data, error)

    # A thread of its own, that dies with the process: those of a pool are waited for at the end.
    threading.Thread(target=ask, name="request", daemon=True).start()
    return await answer


def _get(url: str) -> tuple[bytes | None, str]:
    request = urllib.request.Request(url, headers={"User-Agent": "orderflow-record"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            data: bytes = response.read(_MOST_BYTES)
            return data, ""
    except urllib.error.HTTPError as error:
        with error:
            return None, f"{url}: HTTP {error.code} {error.reason}"
    except (OSError, ValueError, urllib.error.URLError) as error:
        return None, f"{url}: {error}"
    except Exception as error:  # noqa: BLE001 - http.client's are many, and a thread would end silently
        return None, f"{url}: {error!r}"
