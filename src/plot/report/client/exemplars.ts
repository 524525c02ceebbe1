/** @file Exemplars as pictures: painted when their picture is decoded, and large in the dialog. No outside references. */

import type { ReportExemplar } from "../../neuron-report.ts";
import type { PixelWindow } from "../upsample.ts";
import type { Page } from "./page.ts";
import type { MaskView } from "./shade.ts";

/** Paints the canvas in the pixels of the screen as soon as the picture is decoded and the queue gets to it. */
export async function paintExemplar(
  { parts, pictures, queue }: Page,
  canvas: HTMLCanvasElement,
  exemplar: ReportExemplar,
  window: PixelWindow,
  view: MaskView,
): Promise<void> {
  try {
    const bitmap = await pictures(exemplar.picture);
    queue(() => {
      if (!canvas.isConnected) return; // scrolled away meanwhile
      const density = Math.min(devicePixelRatio, 2);
      canvas.width = Math.max(Math.round(canvas.clientWidth * density), 1);
      canvas.height = Math.max(Math.round(canvas.clientHeight * density), 1);
      parts.drawTile(parts, canvas, bitmap, exemplar, window, view);
    });
  } catch {
    canvas.parentElement?.classList.add("unreadable");
    canvas.replaceWith("picture cannot be read");
  }
}

/** All exemplars of a unit as figures with their value, name and label. `show` paints them in one of the three views. */
export function createExemplars(
  page: Page,
  exemplars: readonly ReportExemplar[],
  level: number,
): { readonly list: HTMLElement; readonly show: (view: MaskView) => void } {
  const { element, formatNumber, paintExemplar } = page.parts;
  const list = element("ol", { class: "exemplars" });
  const canvases = exemplars.map((exemplar, rank) => {
    const picture = page.catalogue.pictures[exemplar.picture];
    const { width, height } = exemplar.crop;
    const canvas = element("canvas", { role: "img", "aria-label": `Region of ${picture?.name ?? "a picture"}` });
    canvas.style.aspectRatio = `${width} / ${height}`;
    canvas.style[width >= height ? "width" : "height"] = "100%";
    const weak = exemplar.map && exemplar.value <= level;
    list.append(
      element(
        "li",
        { class: "exemplar" },
        element("div", { class: "frame" }, canvas),
        element(
          "div",
          { class: "caption" },
          element("span", { class: "value", title: "strongest activation there" }, formatNumber(exemplar.value)),
          element("span", { class: "rank" }, `#${rank + 1}`),
        ),
        element("div", { class: "picture-name", title: picture?.name }, picture?.name ?? "unknown picture"),
        ...(picture?.label === undefined ? [] : [element("div", { class: "picture-label" }, picture.label)]),
        ...(weak ? [element("div", { class: "picture-label" }, "not above the level anywhere")] : []),
      ),
    );
    return canvas;
  });
  const show = (view: MaskView) => {
    canvases.forEach((canvas, i) => {
      const exemplar = exemplars[i];
      if (exemplar) void paintExemplar(page, canvas, exemplar, exemplar.crop, view);
    });
  };
  return { list, show };
}
