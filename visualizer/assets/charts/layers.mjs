// The canvases that the charts are painted on, one over the other, each painted when its part of
// the scene is another: what stands, what moves with every trade, the pointer.
import { element } from "../core/dom.mjs";
import { paintCross, paintMoving, paintStanding } from "./painters/paint.mjs";

/** @import { Cross, Scene } from "../core/types.d.ts" */

const NAMES = /** @type {const} */ (["standing", "moving", "pointer"]);

export class Layers {
  /** @type {Record<typeof NAMES[number], CanvasRenderingContext2D>} */
  #contexts;
  /** @type {Scene | null} */
  #scene = null;
  #cross = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    const canvases = NAMES.map((name) => element("canvas", `layer layer-${name}`));
    root.append(...canvases);
    const [standing, moving, pointer] = canvases.map((canvas, index) =>
      contextOf(canvas, { alpha: index > 0 }),
    );
    this.#contexts = { standing, moving, pointer };
  }

  /**
   * Paint what is not painted yet of a scene.
   *
   * @param {Scene} scene
   */
  show(scene) {
    const before = this.#fit(scene) ? null : this.#scene;
    this.#scene = scene;
    const { standing, moving } = this.#contexts;
    if (scene.standing !== before?.standing) {
      paintStanding(standing, scene);
    }
    if (scene.moving !== before?.moving || scene.valueLabels !== before.valueLabels) {
      const left = Math.min(scene.moving.left, before?.moving.left ?? 0);
      moving.clearRect(left, 0, moving.canvas.width - left, moving.canvas.height);
      paintMoving(moving, scene);
    }
  }

  /**
   * Paint the pointer's cross.
   *
   * @param {Cross} cross
   */
  point(cross) {
    const text = JSON.stringify([cross, this.#scene?.placed, this.#scene?.colors]);
    if (this.#scene && text !== this.#cross) {
      this.#cross = text;
      const { pointer } = this.#contexts;
      pointer.clearRect(0, 0, pointer.canvas.width, pointer.canvas.height);
      paintCross(pointer, this.#scene, cross);
    }
  }

  /**
   * Make the canvases as large as the scene, and say whether they were not: they are empty then.
   *
   * @param {Scene} scene
   */
  #fit({ size }) {
    const width = Math.round(size.width * size.ratio);
    const height = Math.round(size.height * size.ratio);
    const { canvas } = this.#contexts.standing;
    if (canvas.width === width && canvas.height === height) {
      return false;
    }
    for (const name of NAMES) {
      Object.assign(this.#contexts[name].canvas, { width, height });
    }
    this.#cross = "";
    return true;
  }
}

/**
 * Return what tells the breadth of a text in the charts' font, CSS px.
 *
 * @returns {import("../core/types.d.ts").Measure}
 */
export function textMeasure() {
  const context = contextOf(element("canvas"), { alpha: true });
  return (text, isBold = false) => {
    context.font = `${isBold ? 600 : 400} 11px system-ui, sans-serif`;
    return context.measureText(text).width;
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} options
 */
export function contextOf(canvas, options) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", options));
}
