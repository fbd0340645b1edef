"""Wire the controls to the scripts in `assets/`: a choice changes what is drawn, nothing else.

All of them run in the browser: a choice takes effect at once, and the server stays read-only.
"""

from dash import ClientsideFunction, Dash, Input

from visualizer.page import ids

CHOICES = (
    ids.BARS_CHOICE,
    ids.ROWS_CHOICE,
    ids.OBI_SHAPE_CHOICE,
    ids.OBI_SCALE_CHOICE,
    ids.CVD_ANCHOR_CHOICE,
    ids.PALETTE_CHOICE,
    ids.LOG_FILTER,
    ids.LOG_LEVEL_CHOICE,
)
BUTTONS = (
    ids.FOLLOW,
    ids.NEWEST,
    ids.TIMEFRAME,
    ids.GO_TO,
    ids.SAVE_CSV,
    ids.SAVE_CSV_ALL,
    ids.SAVE_PNG,
    ids.HELP,
    ids.HELP_CLOSE,
)


def register_callbacks(app: Dash) -> None:
    """Let every control announce its changes to `assets/callbacks.js`."""
    for name in CHOICES:
        _announce(app, name, "value")
    for name in BUTTONS:
        _announce(app, name, "n_clicks")


def _announce(app: Dash, name: str, prop: str) -> None:
    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash has no types here
        ClientsideFunction("orderflow", "announce"),
        Input(name, prop),
        prevent_initial_call=True,
    )
