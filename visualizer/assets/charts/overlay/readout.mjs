// What the read-outs of the charts' rows say of a bar: names, values, and the room these need.
import { BUY_VOLUME, CVD, OBI, OHLC, TOT } from "../../core/columns.mjs";
import { fixed, price, signed, signedSize, size, utc, windowName } from "../../core/format.mjs";
import { deltaOf, hasMean, isNarrow } from "../rows.mjs";
import { anchorName, baseAt } from "../scene/anchor.mjs";
import { toneOf } from "../tones.mjs";

/**
 * @import { Anchor, Bar, CandlePlaces, LinePlaces, Newest } from "../../core/types.d.ts"
 * @import { RowKey, Scene, Told } from "../../core/types.d.ts"
 */

/** Characters that a value has room for from the start: none beside it moves when it changes. */
const ROOM = { size: 9, signedSize: 10, share: 6, percent: 7, window: 4 };

/** @typedef {Pick<Scene, "placed" | "size" | "ranges" | "decimals" | "windowMs" | "anchor" | "obiShape">} Shown */

/**
 * Return the parts of every row's read-out for the bars of a time, null where none is in view.
 *
 * @param {Newest} bars
 * @param {number | null} time
 * @param {Shown} shown
 * @returns {Record<RowKey, Told[]>}
 */
export function readouts(bars, time, shown) {
  const short = isNarrow(shown.size);
  const isLine = shown.obiShape !== "candles";
  const hasDelta = shown.placed.rows.some(({ key }) => key === "delta");
  return {
    price: pricesTold(bars, time, shown),
    volume: volumeTold(bars, hasDelta),
    delta: [label("Delta"), ...deltaTold(bars)],
    obi: [label("OBI"), ...meanTold(bars.metrics, OBI, share, short, isLine)],
    tot: [label("TOT"), ...meanTold(bars.metrics, TOT, plain, short, true)],
    cvd: cvdTold(bars.cvd, time ?? 0, shown.anchor, short),
  };
}

/** @typedef {{ room: number, text: (value: number | undefined) => string }} Writer */

/** @type {Writer} */
const share = { room: ROOM.share, text: (value) => signed(value, 3) };
/** @type {Writer} */
const plain = { room: ROOM.size, text: size };
/** @type {Writer} */
const plainOrNegative = { room: ROOM.signedSize, text: size };

/**
 * @param {Newest} bars
 * @param {number | null} time
 * @param {Shown} shown
 * @returns {Told[]}
 */
function pricesTold({ ohlc }, time, { size: chart, ranges, decimals, windowMs }) {
  if (time === null) {
    return [note("no bar in view")];
  }
  const when = [
    { name: "", text: `${utc(time)} UTC`, kind: "time" },
    { name: "", text: windowName(windowMs), kind: "quiet", room: ROOM.window },
  ];
  if (!ohlc) {
    return [...when, note("no trades")];
  }
  const room = Math.max(...ranges.price.map((end) => price(end, decimals).length));
  const prices = candle(ohlc, OHLC, { room, text: (value) => price(value, decimals) });
  const [open, close] = [ohlc[OHLC.open], ohlc[OHLC.close]];
  const percent = signed(((close - open) / open) * 100, 2);
  const text = `${signed(close - open, decimals)} (${percent} %)`;
  const change = { name: "", text, tone: toneOf(close - open) };
  return isNarrow(chart)
    ? [...when, change, { name: "", text: "", kind: "break" }, ...prices]
    : [...when, ...prices, change];
}

/**
 * @param {Newest} bars
 * @param {boolean} hasDelta whether the delta has a row of its own
 * @returns {Told[]}
 */
function volumeTold(bars, hasDelta) {
  const { ohlc } = bars;
  return [
    label("Volume"),
    { name: "", text: size(ohlc?.[OHLC.volume]), room: ROOM.size },
    ...(hasDelta ? [] : deltaTold(bars, "delta")),
    { name: "buys", text: `${fixed(buysOf(bars), 1)} %`, room: ROOM.percent },
  ];
}

/**
 * Return how many percent of a bar's volume were buys, by its buy volume or else by its delta.
 *
 * @param {Newest} bars
 */
function buysOf({ ohlc, cvd }) {
  if (!ohlc) {
    return null;
  }
  const volume = ohlc[OHLC.volume];
  const known = ohlc[BUY_VOLUME];
  const buys = Number.isFinite(known) ? known : cvd && (volume + deltaOf(cvd)) / 2;
  return buys === undefined ? null : Math.min(Math.max((buys / volume) * 100, 0), 100);
}

/**
 * @param {Newest} bars
 * @param {string} name
 * @returns {Told[]}
 */
function deltaTold({ cvd }, name = "") {
  const delta = cvd && deltaOf(cvd);
  return [{ name, text: signedSize(delta), tone: toneOf(delta ?? 0), room: ROOM.signedSize }];
}

/**
 * Return what the line shows, named as what it is, with open, high, low and close; where there is
 * little room without the open. Without a line only the mean is worth a name.
 *
 * @param {Bar | undefined} bar
 * @param {LinePlaces} places
 * @param {Writer} writer
 * @param {boolean} isShort
 * @param {boolean} isLine
 * @returns {Told[]}
 */
function meanTold(bar, places, writer, isShort, isLine) {
  const isMean = !bar || !isLine || hasMean(bar, places);
  const name = isMean ? "mean" : "close";
  const text = writer.text(bar?.[isMean ? places.mean : places.close]);
  return [
    { name, text, kind: "line", room: writer.room, hint: isMean ? "" : NO_MEAN },
    ...candle(bar, places, writer).slice(isShort ? 1 : 0),
  ];
}

const NO_MEAN =
  "The mean over the time of the bar is not known of this one: the line shows its close";

/**
 * @param {Bar | undefined} bar
 * @param {number} time
 * @param {Anchor} anchor
 * @param {boolean} isShort
 * @returns {Told[]}
 */
function cvdTold(bar, time, anchor, isShort) {
  const base = baseAt(anchor, time);
  const anchored = bar?.map((value, place) => (place > 0 ? value - base : value));
  const names = anchor.steps.map((step) => anchorName(anchor, step.from).length);
  const name = anchorName(anchor, time);
  return [
    { ...label(`CVD, ${name}`), room: "CVD, ".length + Math.max(name.length, ...names) },
    ...candle(/** @type {Bar | undefined} */ (anchored), CVD, plainOrNegative).slice(
      isShort ? 1 : 0,
    ),
  ];
}

/**
 * @param {Bar | undefined} bar
 * @param {CandlePlaces} places
 * @param {Writer} writer
 * @returns {Told[]}
 */
function candle(bar, { open, high, low, close }, { room, text }) {
  return [
    { name: "O", text: text(bar?.[open]), room },
    { name: "H", text: text(bar?.[high]), room },
    { name: "L", text: text(bar?.[low]), room },
    { name: "C", text: text(bar?.[close]), room },
  ];
}

/**
 * @param {string} text
 * @returns {Told}
 */
function label(text) {
  return { name: "", text, kind: "label" };
}

/**
 * @param {string} text
 * @returns {Told}
 */
function note(text) {
  return { name: "", text, kind: "quiet" };
}
