"""Where the exchange is, and the options that say it is elsewhere."""

import click

WS_URL = "wss://ws.okx.com:8443/ws/v5/public"
REST_URL = "https://www.okx.com"

EXCHANGE_OPTIONS = (
    click.option(
        "--ws-url",
        envvar="ORDERFLOW_WS_URL",
        default=WS_URL,
        show_default=True,
        show_envvar=True,
        help="Address of the exchange's public WebSocket.",
    ),
    click.option(
        "--rest-url",
        envvar="ORDERFLOW_REST_URL",
        default=REST_URL,
        show_default=True,
        show_envvar=True,
        help="Address of the exchange's REST interface: its clock, and trades that were missed.",
    ),
)
