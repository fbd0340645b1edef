"""The names by which layout, callbacks, scripts and style sheet know the parts of the page.

The scripts in `assets/` use the same words; a test compares both.
"""

PAGE = "page"

# header
INSTRUMENT = "instrument"
RANGE = "range"
SIMULATED = "simulated"
WINDOW = "window"
DATA_TIME = "data-time"
PROGRESS = "progress"
PROGRESS_BAR = "progress-bar"
PROGRESS_TEXT = "progress-text"
DATA_AGE = "data-age"
PROCESSOR_CHIP = "processor-chip"
PAGE_CHIP = "page-chip"
SUPERVISOR_CHIP = "supervisor-chip"

# notices
CONNECTION = "connection"
NOTICE = "notice"
FILE_NOTICES = "file-notices"
HISTORY_NOTICE = "history-notice"

# controls
TIMEFRAME = "timeframe"
TIMEFRAME_MENU = "timeframe-menu"
GO_TO = "go-to"
GO_TO_DIALOG = "go-to-dialog"
GO_TO_PROBLEM = "go-to-problem"
BARS_CHOICE = "bars-choice"
ROWS_CHOICE = "rows-choice"
OBI_SHAPE_CHOICE = "obi-shape-choice"
OBI_SCALE_CHOICE = "obi-scale-choice"
CVD_ANCHOR_CHOICE = "cvd-anchor-choice"
PALETTE_CHOICE = "palette-choice"
FOLLOW = "follow"
NEWEST = "newest"
SAVE_CSV = "save-csv"
SAVE_CSV_ALL = "save-csv-all"
SAVE_PNG = "save-png"
HELP = "help"
HELP_DIALOG = "help-dialog"
HELP_CLOSE = "help-close"

# charts
CHARTS = "charts"
CHARTS_PLOT = "charts-plot"
CHARTS_OVERLAY = "charts-overlay"
CHARTS_EMPTY = "charts-empty"
CHARTS_HINT = "charts-hint"
OVERVIEW = "overview"

# depth
DEPTH_FACTS = "depth-facts"
DEPTH_PLOT = "depth-plot"
LADDER = "ladder"

# process log
LOG = "log"
LOG_FILTER = "log-filter"
LOG_LEVEL_CHOICE = "log-level-choice"
LOG_COUNT = "log-count"
