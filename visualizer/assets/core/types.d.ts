// The shapes that the modules hand each other. Browsers never load this file.

// --- what the feed brings: visualizer/sources/run_view.py and visualizer/feed/shown_records.py ---

/** The columns that the scripts read, by series; the page brings their places (columns.mjs). */
export interface SeriesColumns {
  ohlc: "ts" | "open" | "high" | "low" | "close" | "volume";
  metrics:
    | ("ts" | "obi_open" | "obi_high" | "obi_low" | "obi_close")
    | ("tot_open" | "tot_high" | "tot_low" | "tot_close");
  cvd: "ts" | "open" | "high" | "low" | "close";
}

/** Where in a bar the number of that name is. */
export type Places<Name extends string> = Record<Name, number>;

/** The places of four columns that make a candle. */
export type CandlePlaces = Places<"open" | "high" | "low" | "close">;

/** Those of a candle, and of the mean that a line goes through. */
export type LinePlaces = CandlePlaces & Places<"mean">;

/** A bar of any series: its first number is its start, epoch ms, and its key. */
export type Bar = readonly [time: number, ...values: number[]];

export type EventRow = [
  key: number,
  ms: number | null,
  level: string,
  worker: string,
  event: string,
  text: string,
];

/** A row's first element is its key: unique and growing within the array. */
export type Keyed = readonly [key: number, ...rest: unknown[]];

export type Level = [price: number, size: number];

/** The best levels of a book, best first on both sides. */
export interface Depth {
  bids: Level[];
  asks: Level[];
}

/** Whose bars and book these are; see visualizer/feed/shown_records.py. */
export interface JobRecord {
  instrument: string;
  from_ms: number;
  to_ms: number;
  window_seconds: number;
}

export interface ProcessorRecord {
  pid: number;
  phase: string;
  data_time_ms: number | null;
  book_time_ms: number | null;
  share_done: number;
  rows_per_s: number;
  eta_s: number | null;
  history: HistoryRecord | null;
  /** Of a run that follows a recording: the file that has to come, or to have rows. */
  waiting_for: string | null;
  /** Rows that came after newer ones and are not in the result yet. */
  late_rows: number;
  /** When rows last came to a run that follows a recording; null of any other. */
  rows_came_at_ms: number | null;
  /** Whether a file says that its rows are not of a real exchange. */
  simulated: boolean;
}

/** What is kept of all that a run makes; `problem` says why that ended before the run. */
export interface HistoryRecord {
  bytes: number;
  problem: string | null;
  /** Tells it from any other; null where it is not known. */
  identity: string | null;
}

/** What the server tells of the history that is there; see visualizer/sources/history_reader.py. */
export interface HistorySummary {
  identity: string;
  commit: number;
  from_ms: number;
  to_ms: number;
  bytes: number;
}

export interface WorkerRecord {
  name: string;
  title: string;
  state: string;
  pid: number | null;
  uptime_s: number | null;
  restarts: number;
  rss_bytes: number | null;
  exit_code: number | null;
}

export interface SupervisorRecord {
  pid: number;
  started_at_ms: number;
  updated_at_ms: number;
  is_stopping: boolean;
  rss_bytes: number | null;
  workers: WorkerRecord[];
}

/** How the run stands, in words; see visualizer/wording/page_state.py. */
export interface PageState {
  kind: string;
  label: string;
  title: string | null;
  detail: string | null;
  last_words: string | null;
  log_file: string | null;
}

export interface FileState {
  changed_ms: number | null;
  problem: string | null;
}

/** All rows, or those that changed: then rows before `first` are to be dropped. */
export type Delta<Row> =
  | { whole: true; rows: Row[] }
  | { whole?: undefined; first: number | null; rows: Row[] };

/** The arrays of a run, of which changed rows travel. */
export interface RunArrays {
  ohlc: Bar[];
  metrics: Bar[];
  cvd: Bar[];
  events: EventRow[];
}

/** The values of a run, sent whole when they change. */
export interface RunValues {
  depth: Depth | null;
  processor: ProcessorRecord | null;
  supervisor: SupervisorRecord | null;
  supervisor_alive: boolean | null;
  state: PageState | null;
  files: Record<string, FileState> | null;
}

/** What a browser lacks of a run since its position. */
export type FeedMessage = {
  position: string;
  whole: boolean;
  job?: JobRecord;
} & Partial<RunValues> & {
    [Name in keyof RunArrays]?: Delta<RunArrays[Name][number]>;
  };

// --- data ---

/** What is looked at, [fromMs, toMs), and how often the page asks for news. */
export interface Job {
  instrument: string;
  fromMs: number;
  toMs: number;
  windowMs: number;
  pollMs: number;
}

/** Names of what a message or the connection changed. */
export type Changed = Set<string>;

export interface Bars {
  ohlc: Bar[];
  metrics: Bar[];
  cvd: Bar[];
}

export type CumulatedLevel = [price: number, size: number, total: number];

export interface BookFacts {
  bestBid: number | null;
  bestAsk: number | null;
  spread: number | null;
  midpoint: number | null;
  bidVolume: number;
  askVolume: number;
  obi: number | null;
}

/** What is chosen about time, for one job; what each means is said in settings.mjs. */
export interface TimeChoices {
  bars: number | null;
  follow: boolean;
  held: boolean;
  spanMs: number | null;
  leadMs: number | null;
  range: Range | null;
  timeframe: string;
}

/** What is chosen for whatever is looked at. */
export interface Tastes {
  rows: string[];
  obiShape: string;
  obiScale: string;
  cvdAnchor: string;
  palette: string;
  logFilter: string;
  logLevel: string;
}

/** What the reader has chosen. */
export interface Choices extends TimeChoices, Tastes {}

// --- view: which stretch of time ---

/** From and to, both in it: ms on the time axis, values on the others. */
export type Range = [from: number, to: number];

/** The times of the oldest and the newest bar of any series. */
export type Ends = { first: number; last: number } | { first: null; last: null };

/** The ends, and the newest bars, as many as are at hand, one of each time. */
export type Times = Ends & { rows: Keyed[] };

/** How broad a view may be, ms. */
export interface SpanLimits {
  least: number;
  most: number;
}

/** The newest bar of each series that has one. */
export interface Newest {
  ohlc?: Bar;
  metrics?: Bar;
  cvd?: Bar;
}

/** What the charts are drawn from: the bars of each series, sorted by their times. */
export interface BarSource {
  /** How long a bar is that is shown; between two bars may be any time. */
  readonly windowMs: number;
  /** How long those are that were asked for: others are shown while these are on their way. */
  readonly wantedMs: number;
  /** Lengths that can be shown, finest first. */
  readonly choices: number[];
  /** Why there are no others, in a reader's words; null where there are. */
  readonly absence: string | null;
  canShow(windowMs: number): boolean;
  /** Return the length that a choice asks for, or the run's own where that cannot be shown. */
  lengthOf(timeframe: string): number;
  /** Decide which bars are shown of a range drawn so wide, and ask for what is missing. */
  look(range: Range, widthPx: number): void;
  times(): Times;
  newest(): Newest;
  /** Return the bars whose times are in [from, to]. */
  within(from: number, to: number): Bars;
  /** Return a bar of each time in [from, to] at which any series has one. */
  timesWithin(from: number, to: number): Bar[];
  /** Return the bars of exactly that time. */
  at(time: number | null): Newest;
  /** Say whether all bars between two times are here; without it they are. */
  isKnown?(from: number, to: number): boolean;
  /** Return the run's CVD at the end of the last bar before that time, where it is known. */
  cvdBefore?(time: number): number | undefined;
}

/** From a time on, that much is taken off the run's CVD; `since` is when a day's bars begin late. */
export interface AnchorStep {
  from: number;
  base: number;
  since: number | null;
}

/** Where CVD is 0: run, day or view; the steps are in the order of time. */
export interface Anchor {
  kind: string;
  steps: AnchorStep[];
}

/** An aligned stretch of time, from which on and before which windows begin, and its name. */
export interface Tile {
  key: string;
  windowMs: number;
  from: number;
  to: number;
}

/** All that a scene is made of. */
export interface View {
  range: Range;
  size: PixelSize;
  /** With a margin on both sides. */
  bars: Bars;
  visible: Bars;
  newest: Newest;
  windowMs: number;
  shownKeys: string[];
  obiShape: string;
  obiScale: string;
  anchor: Anchor;
  /** Of the prices. */
  decimals: number;
  colors: Palette;
  /** Tells how broad a text is, CSS px. */
  measure: Measure;
}

/** What buttons and keys can do to the charts, whichever module draws them. */
export interface Movable {
  range(): Range | null;
  timeAt(clientX: number): number;
  pan(share: number): void;
  zoom(factor: number, anchor?: number | null): void;
  showOldest(): void;
  /** Show a stretch of time, or what of it can be shown: around a time, its middle if none. */
  show(range: Range, anchor?: number): void;
  /** Return how long the bars are that were asked for. */
  readonly timeframeMs: number;
  setTimeframe(timeframe: string): void;
  /** Choose the next finer, or coarser, length. */
  stepTimeframe(direction: 1 | -1): void;
}

/** A control's id and its new value: a choice, choices, a text, or how often a button was clicked. */
export interface ControlChange {
  id: string;
  value: string | string[] | number | null;
}

/** What opens what one chooses from. */
export interface Opening {
  goTo(): void;
  timeframes(): void;
}

/** What saves a file: of what is in view, or of all there is. */
export interface Saving {
  csv(): void;
  csvOfAll(): void;
  png(): void;
}

// --- scene: where everything lies, in pixels and colours ---

export interface Size {
  width: number;
  height: number;
}

/** A size in CSS pixels, and how many pixels of the device one of these is. */
export interface PixelSize extends Size {
  ratio: number;
}

export type Measure = (text: string, isBold?: boolean) => number;

export interface Box extends Size {
  left: number;
  top: number;
}

export type RowKey = "price" | "volume" | "delta" | "obi" | "tot" | "cvd";

export interface ChartRow {
  key: RowKey;
  name: string;
  weight: number;
}

export interface PlacedRow extends ChartRow {
  /** Where the strip of its read-out begins, which ends at `top`. */
  strip: number;
  top: number;
  height: number;
}

export interface Placed {
  plot: Box;
  rows: PlacedRow[];
}

/** The values that each row spans. */
export type Ranges = Record<RowKey, Range>;

export type Tone = "up" | "down" | "even" | "obi" | "tot";

/** The newest value of a row, as its tag shows it. */
export interface LastValue {
  key: RowKey;
  value: number;
  text: string;
  tone: Tone;
}

/** A part of a read-out: a value with its name, a label, a note, a time or the end of a line. */
export interface Told {
  name: string;
  text: string;
  kind?: string;
  tone?: string;
  /** Characters that the value has room for, whatever it is. */
  room?: number;
  hint?: string;
}

/** A tag at a height of the chart, px: at its value's, or within its row that the value is beyond. */
export interface PlacedTag extends LastValue {
  y: number;
  beyond: "above" | "below" | null;
}

export type PaletteColor =
  | "paper"
  | "grid"
  | "axis"
  | "zero"
  | "gap"
  | "cross"
  | "up"
  | "down"
  | "obiUp"
  | "obiDown"
  | "tot"
  | "totBand"
  | "obiBand"
  | "upFill"
  | "downFill";

export type Palette = Record<PaletteColor, string>;

/** Left, top, width and height in pixels of the device. */
export type Rect = readonly [x: number, y: number, width: number, height: number];

export type Point = readonly [x: number, y: number];

/** A time across a stretch of pixels. */
export interface TimeAxis {
  range: Range;
  left: number;
  width: number;
}

/** How broad bars are, px: body and wick, and how far in the body the wick is. */
export interface Edges {
  body: number;
  wick: number;
  inset: number;
  /** Too narrow for both: a bar is the range from its low to its high. */
  isRange: boolean;
}

/** A bar as it is drawn; a range or a box has no wick. */
export interface Mark {
  time: number;
  body: Rect;
  wick: Rect | null;
}

/** Marks of one colour. */
export interface Group {
  name: string;
  color: string;
  marks: Mark[];
}

/** A line that is interrupted between its pieces; a piece of one point is a dot. */
export interface Line {
  name: string;
  color: string;
  width: number;
  dot: number;
  pieces: Point[][];
}

/** What is between pieces of a line and a height, filled. */
export interface Area {
  name: string;
  color: string;
  base: number;
  pieces: Point[][];
}

/** What is drawn within a row, and nowhere else: groups, over them areas, over these lines. */
export interface RowMarks {
  key: RowKey;
  clip: Rect;
  groups: Group[];
  areas: Area[];
  lines: Line[];
}

export interface Label {
  text: string;
  x: number;
  y: number;
}

/** What stands behind the bars. */
export interface Backdrop {
  paper: Rect;
  gaps: Rect[];
  grid: Rect[];
  days: Rect[];
  zeros: Rect[];
  timeLabels: Label[];
}

/** Where everything of the charts lies, px of the device where not said otherwise. */
export interface Scene {
  /** In CSS pixels, all edges on whole ones of the device. */
  placed: Placed;
  tags: PlacedTag[];
  range: Range;
  ranges: Ranges;
  anchor: Anchor;
  obiShape: string;
  size: PixelSize;
  decimals: number;
  colors: Palette;
  windowMs: number;
  /** How broad a line is that is one pixel broad. */
  hair: number;
  font: string;
  /** What stands: the same object as before while nothing of it changed. */
  standing: { backdrop: Backdrop; rows: RowMarks[] };
  /** What moves with every trade, right of `left`; the same object while it did not. */
  moving: { left: number; rows: RowMarks[] };
  /** The numbers of the value axes without those that a tag covers; the same while unchanged. */
  valueLabels: Label[];
  /** What the parts were made of, to know them again. */
  origin: { key: string; standing: Bars; moving: Bars };
}

/** Where the overview's parts lie, px of the device. */
export interface OverviewScene {
  /** The closes. */
  line: Point[];
  /** The volumes. */
  columns: Rect[];
  marks: { x: number; text: string }[];
}

/** The pointer's cross: lines through it, where they are on the charts. */
export interface Cross {
  x: number | null;
  y: number | null;
}

// --- painters ---

/** Something on the page that shows the run. */
export interface Panel {
  dataChanged(changed: Changed): void;
  settingsChanged?(): void;
}

/** A drawing as Plotly takes it; of its many options only those are named that we read. */
export interface Figure {
  data: Trace[];
  layout: Layout;
}

export interface Trace {
  name: string;
  [option: string]: unknown;
}

export interface Layout extends Size {
  [option: string]: unknown;
}

export interface Ticks {
  tickvals: number[];
  ticktext: string[];
}

interface Plotly {
  react(plot: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<unknown>;
  toImage(figure: Figure & { config: object }, options: object): Promise<string>;
}

interface DashClientside {
  callback_context: { triggered_id: string };
  set_props(id: string, props: Record<string, unknown>): void;
  [namespace: string]: unknown;
}

declare global {
  interface Window {
    Plotly: Plotly;
    dash_clientside: DashClientside;
    /** For tests and for a look from the console. */
    orderflow: Record<string, unknown>;
  }

  interface DocumentEventMap {
    "orderflow:control": CustomEvent<ControlChange>;
  }
}
