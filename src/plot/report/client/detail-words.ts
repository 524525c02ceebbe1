/** @file What the dialog says of a neuron in plain words. Runs inside the page: no outside references. */

import type { Page } from "./page.ts";
import type { Neuron } from "./select.ts";

/** What the captioner says, and what else it might have said; nothing where nobody was asked. */
export function describeDescription({ parts, catalogue }: Page, neuron: Neuron): HTMLElement[] {
  const { element, formatNumber } = parts;
  const { description } = neuron;
  if (!description) return [];
  const others = description.runnersUp.map(({ text }) => `“${text}”`).join(", ");
  return [
    element(
      "section",
      { class: "described" },
      element("p", { class: "verdict" }, description.text),
      element(
        "p",
        {},
        `Said by the captioner (${catalogue.captioner ?? "unnamed"}), which saw the lit regions below and no label. `,
        catalogue.captioner?.startsWith("built-in")
          ? "It knows the words of rendered scenes and some 200 of photographs, and no other. "
          : "",
        `Weighted information: ${formatNumber(description.pmi)}; the nearer to 0 and above, the more it fits this unit and no other.`,
      ),
      ...(others ? [element("p", { class: "label" }, "Next best"), element("p", { class: "also" }, others)] : []),
    ),
  ];
}

/** The concept, how well it agrees, and the runners-up. */
export function describeExplanation({ parts, catalogue }: Page, neuron: Neuron): HTMLElement {
  const { element, svg, formatShare, formatP, formatPercent } = parts;
  const { explanation } = neuron;
  const section = element("section", { class: "explanation" });
  if (neuron.dead) {
    const pictures = catalogue.data.pictures.toLocaleString("en");
    section.append(
      element("p", { class: "verdict quiet" }, "Dead on this data"),
      element(
        "p",
        {},
        `Its activation was never above zero on any of the ${pictures} pictures. Other data may wake it.`,
      ),
    );
    return section;
  }
  if (catalogue.data.concepts === 0) {
    if (neuron.description) return section;
    section.append(
      element("p", { class: "verdict quiet" }, "Not in words"),
      element(
        "p",
        {},
        "No labels came with the pictures, so the neuron is shown and not named. Put the pictures in one folder per label, ",
        "or add masks under ",
        element("code", {}, "concepts/"),
        ", and make the report again.",
      ),
    );
    return section;
  }
  if (!explanation) {
    section.append(
      element("p", { class: "verdict quiet" }, "No concept agrees"),
      element("p", {}, "Where this unit is above its level, none of the labels is."),
    );
    return section;
  }

  const { concept, iou, p, significant, runnersUp } = explanation;
  const tries = p < 0.001 ? "fewer than 0.1\u00a0%" : formatPercent(p);
  const shuffled = `shuffled labels do at least as well in ${tries} of tries (${formatP(p)})`;
  section.classList.toggle("significant", significant);
  section.append(
    element("p", { class: significant ? "verdict" : "verdict quiet" }, significant ? concept : "No concept agrees"),
    element(
      "p",
      {},
      significant
        ? `Where the unit is above its level and where “${concept}” is labelled overlap by ${formatPercent(iou)} of their union; ${shuffled}.`
        : `The best was “${concept}” with an overlap of ${formatPercent(iou)}, which chance may explain: ${shuffled}.`,
    ),
  );
  const rows = [{ concept, iou }, ...runnersUp];
  const most = Math.max(...rows.map((row) => row.iou), 1e-9);
  const list = element("ol", { class: "runners-up", "aria-label": "Concepts by agreement" });
  for (const row of rows) {
    const bar = svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
    bar.append(svg("rect", { width: (100 * Math.max(row.iou, 0)) / most, height: 6 }));
    list.append(
      element(
        "li",
        {},
        element("span", { class: "runner-name", title: row.concept }, row.concept),
        bar,
        element("span", { class: "runner-iou" }, formatShare(row.iou)),
      ),
    );
  }
  section.append(element("p", { class: "label" }, "Agreement (IoU)"), list);
  return section;
}

/** The neuron's numbers, each with what it means. */
export function describeStatistics({ parts }: Page, neuron: Neuron): HTMLElement {
  const { element, formatNumber, formatPercent, formatShare } = parts;
  const { selectivity } = neuron;
  const rows: [string, string, string][] = [
    ["Maximum", formatNumber(neuron.maximum), "strongest activation on any picture"],
    ["Mean", formatNumber(neuron.mean), "over all positions of all pictures"],
    ["Level", formatNumber(neuron.level), "exceeded at 0.5 % of positions; the mask is where the unit is above it"],
    ["Active", formatPercent(neuron.active), "share of positions above zero"],
    ["Sparseness", formatShare(neuron.sparseness), "0: answers all pictures alike, 1: answers a single one"],
  ];
  if (selectivity) {
    const meaning = `for “${selectivity.label}” over all other labels; 0: none, 1: answers nothing else`;
    rows.push(["Selectivity", formatShare(selectivity.index), meaning]);
  }
  const list = element("dl", { class: "statistics" });
  for (const [name, value, meaning] of rows) {
    list.append(
      element(
        "div",
        {},
        element("dt", {}, name),
        element("dd", { class: "statistic" }, value),
        element("dd", { class: "meaning" }, meaning),
      ),
    );
  }
  return list;
}
