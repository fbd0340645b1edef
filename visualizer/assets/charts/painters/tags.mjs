// The rows' names and the tags of their newest values, which on the page lie over the charts as text.
import { ARROWS, tonesOf } from "../tones.mjs";

/**
 * @import { PlacedTag, Scene } from "../../core/types.d.ts"
 */

const NAME_LEFT_PX = 4;
const NAME_TOP_PX = 3;
const TAG_PX = 15;
const TAG_LEFT_PX = 5;

/**
 * Paint name and tag of every row.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
export function paintNamesAndTags(context, scene) {
  const { placed, tags, size, colors, font } = scene;
  const { ratio } = size;
  context.font = `600 ${font}`;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillStyle = colors.axis;
  for (const { name, strip } of placed.rows) {
    context.fillText(
      name,
      (placed.plot.left + NAME_LEFT_PX) * ratio,
      (strip + NAME_TOP_PX) * ratio,
    );
  }
  context.textBaseline = "middle";
  for (const tag of tags) {
    paintTag(context, tag, scene);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {PlacedTag} tag
 * @param {Scene} scene
 */
function paintTag(context, { text, tone, y, beyond }, { placed: { plot }, size, colors, hair }) {
  const { ratio } = size;
  const color = tonesOf(colors)[tone];
  const left = Math.round((plot.left + plot.width) * ratio);
  const width = Math.round(size.width * ratio) - left - Math.round(2 * ratio);
  const height = Math.round(TAG_PX * ratio);
  const top = Math.round(y * ratio - height / 2);
  context.fillStyle = color;
  context.fillRect(left, top, width, height);
  if (beyond) {
    context.fillText(ARROWS[beyond], left - 12 * ratio, y * ratio);
    context.fillStyle = colors.paper;
    context.fillRect(left + hair, top + hair, width - 2 * hair, height - 2 * hair);
  }
  context.fillStyle = beyond ? color : colors.paper;
  context.fillText(text, left + TAG_LEFT_PX * ratio, y * ratio);
}
