/** @file One neuron on the sheet: its text at once, its drawings when it comes into view. No outside references. */

import type { Page } from "./page.ts";
import type { Neuron } from "./select.ts";

/** The card as a list item that holds one button. Pictures and sparkline are empty until `fillCard`. */
export function createCard({ parts, catalogue }: Page, neuron: Neuron): HTMLLIElement {
  const { element, formatNumber, formatPercent, formatShare, formatP } = parts;
  const { description, explanation, selectivity } = neuron;

  const words = element("span", { class: "words" });
  if (neuron.dead) words.append(element("span", { class: "quiet" }, "never above zero"));
  else if (description) {
    words.append(element("span", { class: "said" }, description.text));
    if (explanation?.significant)
      words.append(
        " ",
        element("span", { class: "iou" }, `${explanation.concept}, IoU ${formatShare(explanation.iou)}`),
      );
  } else if (explanation?.significant)
    words.append(
      element("span", { class: "concept" }, explanation.concept),
      " ",
      element("span", { class: "iou" }, `IoU ${formatShare(explanation.iou)}`),
    );
  else if (explanation) {
    const best = `best: ${explanation.concept}, IoU ${formatShare(explanation.iou)}, ${formatP(explanation.p)}`;
    words.append(element("span", { class: "quiet" }, `no concept agrees (${best})`));
  } else if (catalogue.data.concepts > 0) words.append(element("span", { class: "quiet" }, "no concept agrees"));

  const fact = (name: string, value: string) =>
    element("span", { class: "fact" }, element("span", { class: "fact-name" }, name), " ", value, " ");
  const facts = element("span", { class: "facts" });
  if (!neuron.dead) {
    facts.append(fact("max", formatNumber(neuron.maximum)), fact("active", formatPercent(neuron.active)));
    if (selectivity) facts.append(fact("selectivity", `${formatShare(selectivity.index)} ${selectivity.label}`));
  }

  const tiles = element("span", { class: "tiles" });
  for (let i = 0; i < 5; i++) tiles.append(element("span", { class: "tile" }));
  const button = element(
    "button",
    { type: "button", class: neuron.dead ? "card dead" : "card" },
    element(
      "span",
      { class: "card-head" },
      element(
        "span",
        { class: "card-title" },
        element(
          "span",
          { class: "address", title: neuron.address },
          element("span", { class: "layer-name" }, element("bdi", { dir: "ltr" }, neuron.layerName)),
          element("span", { class: "unit" }, `:${neuron.unit}`),
        ),
        " ",
        words,
      ),
      element("span", { class: "spark" }),
    ),
    tiles,
    facts,
  );
  return element("li", { class: "cell" }, button);
}

/** Draws the card's pictures and sparkline. */
export async function fillCard(page: Page, card: HTMLElement, neuron: Neuron): Promise<void> {
  const { parts } = page;
  const drawing = await page.drawings(neuron);
  if (!card.isConnected) return;
  if (drawing.histogram.counts.length > 0)
    card.querySelector(".spark")?.replaceChildren(parts.sparkline(parts, drawing.histogram, neuron.level));
  const tiles = [...card.querySelectorAll(".tile")];
  await Promise.all(
    drawing.exemplars.slice(0, tiles.length).map((exemplar, i) => {
      const canvas = parts.element("canvas", { "aria-hidden": "true" });
      tiles[i]?.replaceChildren(canvas);
      return parts.paintExemplar(page, canvas, exemplar, parts.squareWindow(exemplar), "mask");
    }),
  );
}
