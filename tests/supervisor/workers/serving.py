"""A page that serves: answers on the inherited socket, and misbehaves as its arguments say."""

import http.server
import signal
import sys
import threading
import time

import click

from shared.worker_link import BOOT_ID_HEADER, HEALTH_PATH, enter_worker


@click.command()
@click.option("--exit-code", default=0)
@click.option("--exit-after", type=float)
@click.option("--import-seconds", default=0.0)
@click.option("--ignore-term", is_flag=True)
@click.option("--wrong-id", is_flag=True)
@click.option("--chatter", is_flag=True, help="Log a line ten times a second.")
def main(
    exit_code: int,
    exit_after: float | None,
    import_seconds: float,
    ignore_term: bool,
    wrong_id: bool,
    chatter: bool,
) -> None:
    """Serve until told otherwise."""
    time.sleep(import_seconds)
    link = enter_worker()
    assert link.listening_socket is not None

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if self.path == HEALTH_PATH and self.headers.get(BOOT_ID_HEADER) == link.boot_id:
                self.send_header(BOOT_ID_HEADER, "another" if wrong_id else link.boot_id)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            return

    address = link.listening_socket.getsockname()
    server = http.server.ThreadingHTTPServer(address, Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = link.listening_socket
    if ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if exit_after is not None:
        timer = threading.Timer(exit_after, server.shutdown)
        timer.daemon = True
        timer.start()
    if chatter:
        threading.Thread(target=_chatter, daemon=True).start()
    server.serve_forever(poll_interval=0.05)
    sys.exit(exit_code)


def _chatter() -> None:
    while True:
        click.echo("still here")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
