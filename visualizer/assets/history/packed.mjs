// Packed columns, as docs/history.md describes them, unpacked into numbers.

const VERSION = 1;
const HEADER_BYTES = 8;
const COLUMN_BYTES = 20;
const STEPS = 1;
const BITS = 2;
const INTEGER = -1;
const TWO_32 = 2 ** 32;

/** A blob is not of the layout. */
export class PackedColumnsError extends Error {}

/**
 * Return the columns of a blob. An integer beyond 2^53 is the float64 that is nearest to it.
 *
 * @param {Uint8Array} blob
 * @returns {Float64Array[]}
 */
export function unpack(blob) {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const isLongEnough = blob.length >= HEADER_BYTES;
  const [version, count] = isLongEnough ? [view.getUint8(0), view.getUint8(1)] : [0, 0];
  const rows = isLongEnough ? view.getUint32(4, true) : 0;
  let at = HEADER_BYTES + COLUMN_BYTES * count;
  if (version !== VERSION || blob.length < at) {
    throw new PackedColumnsError(`expected packed columns, found ${blob.length} bytes`);
  }
  const heads = Array.from({ length: count }, (_, column) =>
    headOf(view, HEADER_BYTES + COLUMN_BYTES * column),
  );
  const bytes = heads.reduce((sum, { width }) => sum + width * rows, at);
  if (bytes !== blob.length || heads.some(({ width }) => width > 8)) {
    throw new PackedColumnsError(
      `expected packed columns of ${bytes} bytes, found ${blob.length} bytes`,
    );
  }
  return heads.map((head) => {
    const column = columnOf(blob, at, rows, head);
    at += head.width * rows;
    return column;
  });
}

/**
 * @typedef {object} Head what is said of a column; integers of 64 bits as two halves
 * @property {number} width
 * @property {number} form
 * @property {number} decimals
 * @property {[low: number, high: number]} first
 * @property {[low: number, high: number]} least
 */

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {Head}
 */
function headOf(view, at) {
  /** @param {number} place @returns {[number, number]} */
  const halves = (place) => [view.getUint32(place, true), view.getUint32(place + 4, true)];
  return {
    width: view.getUint8(at),
    form: view.getUint8(at + 1),
    decimals: view.getInt8(at + 2),
    first: halves(at + 4),
    least: halves(at + 12),
  };
}

/**
 * @param {Uint8Array} blob
 * @param {number} at
 * @param {number} rows
 * @param {Head} head
 */
function columnOf(blob, at, rows, { width, form, decimals, first, least }) {
  const lows = planes(blob, at, rows, Math.min(width, 4));
  const highs = planes(blob, at + 4 * rows, rows, width - 4);
  const column = new Float64Array(rows);
  if (form === BITS) {
    const halves = new Uint32Array(column.buffer);
    for (let row = 0; row < rows; row += 1) {
      halves[2 * row] = lows[row];
      halves[2 * row + 1] = highs[row];
    }
    return column;
  }
  const scale = decimals === INTEGER ? 1 : 10 ** decimals;
  let [low, high] = [0, 0];
  for (let row = 0; row < rows; row += 1) {
    if (form === STEPS && row === 0) {
      [low, high] = first;
    } else {
      // the row, and what it counts from: `least`, or the row before and the least step
      const [lowBefore, highBefore] = form === STEPS ? [low, high] : [0, 0];
      const sum = lows[row] + least[0] + lowBefore;
      low = sum % TWO_32;
      high = (highs[row] + least[1] + highBefore + Math.floor(sum / TWO_32)) % TWO_32;
    }
    column[row] = (signed(high) * TWO_32 + low) / scale;
  }
  return column;
}

/**
 * Return the unsigned integers of some planes, at most four.
 *
 * @param {Uint8Array} blob
 * @param {number} at
 * @param {number} rows
 * @param {number} width
 */
function planes(blob, at, rows, width) {
  const values = new Uint32Array(rows);
  for (let plane = 0; plane < width; plane += 1) {
    const start = at + plane * rows;
    const shift = 8 * plane;
    for (let row = 0; row < rows; row += 1) {
      values[row] |= blob[start + row] << shift;
    }
  }
  return values;
}

/** @param {number} high */
function signed(high) {
  return high >= TWO_32 / 2 ? high - TWO_32 : high;
}
