/** @file What the sheet says where there is no card to show, or only dead ones. Runs inside the page: no outside references. */

import type { Page } from "./page.ts";
import type { Selection } from "./select.ts";
import type { ViewState } from "./state.ts";

/** A message with a way on, or undefined where the cards speak for themselves. `layerIndex` -1 stands for all layers. */
export function emptyMessage(
  { parts, catalogue, go }: Page,
  state: ViewState,
  layerIndex: number,
  selection: Selection,
): HTMLElement | undefined {
  const { element } = parts;
  const layer = catalogue.layers[layerIndex];
  const allDead = layer !== undefined && layer.neurons.length > 0 && layer.neurons.every((neuron) => neuron.dead);
  if (selection.neurons.length > 0 && !allDead) return undefined;
  const where = layer ? layer.name : "this report";
  const say = (title: string, text: string, ...ways: readonly HTMLElement[]) =>
    element("div", { class: "empty" }, element("h3", {}, title), element("p", {}, text), ...ways);
  const way = (text: string, change: Partial<ViewState>) => {
    const button = element("button", { type: "button", class: "way" }, text);
    button.addEventListener("click", () => go(change, "push"));
    return button;
  };

  if (catalogue.layers.length === 0) return say("No layers", "The report was made without a layer to look at.");
  if (layer?.neurons.length === 0) return say("No units", `${where} has no units to show.`);

  const pictures = catalogue.data.pictures.toLocaleString("en");
  const elsewhere = selection.perLayer.reduce((sum, count) => sum + count, 0);
  const others = elsewhere === 1 ? "Show 1 match in another layer" : `Show ${elsewhere} matches in other layers`;
  const ways = elsewhere > 0 ? [way(others, { layer: "" })] : [];
  if (state.query !== "" && selection.neurons.length === 0) {
    const filter = state.show === "all" ? "" : ` among the ${state.show} ones`;
    const ofAllKinds = way(`Show ${selection.perShow.all} matches of all kinds`, { show: "all" });
    return say(
      "No neuron matches",
      `Nothing in ${where} matches “${state.query}”${filter}. A search looks for unit numbers, addresses such as ` +
        "layer:unit, and the names of layers, concepts and labels.",
      ...(selection.perShow.all > 0 ? [ofAllKinds] : []),
      ...ways,
      way("Clear the search", { query: "" }),
    );
  }
  const all = way("Show all neurons", { show: "all" });
  if (allDead) {
    const why =
      "They may be dead on any data (a ReLU whose input is always negative), or these pictures hold nothing for them.";
    const text = `No unit of ${where} was above zero on any of the ${pictures} pictures. ${why}`;
    return say("All dead on this data", text, ...(selection.neurons.length === 0 ? [...ways, all] : []));
  }
  if (state.show === "live")
    return say("None is live", `No unit of ${where} was above zero on any of the ${pictures} pictures.`, all);
  if (state.show === "dead")
    return say("None is dead", `Every unit of ${where} was above zero on at least one picture.`, ...ways, all);
  if (catalogue.data.concepts === 0) {
    const why =
      "No labels came with the pictures, therefore no words. Put the pictures in one folder per label, or add masks " +
      "under concepts/, and make the report again.";
    return say("Nothing is explained in words", why, all);
  }
  return say(
    "None is explained",
    `For no unit of ${where} does a concept agree better than chance. The pictures may still show what excites them.`,
    ...ways,
    all,
  );
}
