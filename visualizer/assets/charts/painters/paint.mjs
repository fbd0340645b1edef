// The charts on a canvas: functions of a scene and a context alone, in pixels of the device.

/**
 * @import { Area, Cross, Group, Line, Rect, RowMarks, Scene } from "../../core/types.d.ts"
 */

/** @typedef {CanvasRenderingContext2D} Context */

/**
 * Paint what stands: paper, gaps, grid, the time axis and all closed bars.
 *
 * @param {Context} context
 * @param {Scene} scene
 */
export function paintStanding(context, { standing, colors, font }) {
  const { backdrop, rows } = standing;
  const { paper, gap, grid, zero } = colors;
  fill(context, paper, [backdrop.paper]);
  fill(context, gap, backdrop.gaps);
  fill(context, grid, backdrop.grid);
  fill(context, zero, [...backdrop.days, ...backdrop.zeros]);
  context.font = font;
  context.fillStyle = colors.axis;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { text, x, y } of backdrop.timeLabels) {
    context.fillText(text, x, y);
  }
  paintRows(context, rows);
}

/**
 * Paint what moves: the newest bars, and the numbers of the value axes.
 *
 * @param {Context} context
 * @param {Scene} scene
 */
export function paintMoving(context, { moving, valueLabels, colors, font }) {
  paintRows(context, moving.rows);
  context.font = font;
  context.fillStyle = colors.axis;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { text, x, y } of valueLabels) {
    context.fillText(text, x, y);
  }
}

/**
 * Paint the pointer's cross.
 *
 * @param {Context} context
 * @param {Scene} scene
 * @param {Cross} cross px of the device
 */
export function paintCross(context, { standing, colors, hair }, { x, y }) {
  const [left, , width] = standing.rows[0].clip;
  const dash = 3 * hair;
  context.fillStyle = colors.cross;
  for (const [, top, , height] of standing.rows.map(({ clip }) => clip)) {
    for (let at = 0; x !== null && at < height; at += 2 * dash) {
      context.fillRect(x, top + at, hair, Math.min(dash, height - at));
    }
  }
  for (let at = 0; y !== null && at < width; at += 2 * dash) {
    context.fillRect(left + at, y, Math.min(dash, width - at), hair);
  }
}

/**
 * @param {Context} context
 * @param {RowMarks[]} rows
 */
function paintRows(context, rows) {
  for (const { clip, groups, areas, lines } of rows) {
    context.save();
    context.beginPath();
    context.rect(...clip);
    context.clip();
    for (const group of groups) {
      paintGroup(context, group);
    }
    for (const area of areas) {
      paintArea(context, area);
    }
    for (const line of lines) {
      paintLine(context, line);
    }
    context.restore();
  }
}

/**
 * @param {Context} context
 * @param {Group} group
 */
function paintGroup(context, { color, marks }) {
  context.fillStyle = color;
  for (const { body, wick } of marks) {
    context.fillRect(body[0], body[1], body[2], body[3]); // thousands: spread, it takes twice as long
    if (wick) {
      context.fillRect(wick[0], wick[1], wick[2], wick[3]);
    }
  }
}

/**
 * Fill what is between a line and the height it is told from.
 *
 * @param {Context} context
 * @param {Area} area
 */
function paintArea(context, { color, base, pieces }) {
  context.fillStyle = color;
  context.beginPath();
  for (const points of pieces) {
    context.moveTo(points[0][0], base);
    for (const point of points) {
      context.lineTo(...point);
    }
    context.lineTo(points[points.length - 1][0], base);
  }
  context.fill();
}

/**
 * @param {Context} context
 * @param {Line} line
 */
function paintLine(context, { color, width, dot, pieces }) {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const points of pieces) {
    context.moveTo(...points[0]);
    for (let index = 1; index < points.length; index += 1) {
      context.lineTo(...points[index]);
    }
  }
  context.stroke();
  for (const [[x, y]] of pieces.filter((piece) => piece.length === 1)) {
    context.beginPath();
    context.arc(x, y, dot, 0, 2 * Math.PI);
    context.fill();
  }
}

/**
 * @param {Context} context
 * @param {string} color
 * @param {Rect[]} rects
 */
function fill(context, color, rects) {
  context.fillStyle = color;
  for (const rect of rects) {
    context.fillRect(...rect);
  }
}
