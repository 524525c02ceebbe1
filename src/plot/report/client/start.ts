/** @file Starts the page: reads the catalogue, makes the components, follows the URL. No outside references. */

import type { Catalogue } from "../catalogue.ts";
import type { Page } from "./page.ts";
import type { Parts } from "./parts.ts";
import type { Neuron } from "./select.ts";
import type { ViewState } from "./state.ts";

export function start(parts: Parts): void {
  parts.createThemeButton();
  parts.createCopyButtons();
  const find = (id: string): HTMLElement => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`The page has no #${id}`);
    return found;
  };
  const catalogue: Catalogue = JSON.parse(find("catalogue").textContent ?? "");
  const { layers } = catalogue;
  const neurons = parts.listNeurons(catalogue);
  const blocks = parts.createBlocks();
  let state = parts.parseHash(location.hash);
  let selection = parts.selectNeurons([], layers.length, -1, state);

  const chosenLayer = (): number => {
    if (state.layer === "") return -1;
    const index = layers.findIndex((layer) => layer.name === state.layer);
    return index === -1 ? catalogue.opening : index;
  };
  const chosenNeuron = (): Neuron | undefined => {
    const { unit } = state;
    if (unit === undefined) return undefined;
    const layer = layers[chosenLayer()];
    if (state.layer && layer?.name !== state.layer) return undefined;
    const address = layer && /^\d+$/.test(unit) ? `${layer.name}:${unit}` : unit;
    return neurons.find((neuron) => neuron.address === address);
  };

  const writeHash = (how: "push" | "replace") => {
    const hash = parts.formatHash(state);
    if (hash === (location.hash || "#")) return;
    try {
      if (how === "push") history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
    } catch {
      location.hash = hash; // where a page may not write its history, as in some frames
    }
  };
  const go = (change: Partial<ViewState>, how: "push" | "replace") => {
    // The layer is written out, so that a link means the same when another run would open with another layer.
    state = { ...state, layer: state.layer ?? layers[catalogue.opening]?.name, ...change };
    writeHash(how);
    update();
  };

  const page: Page = {
    parts,
    catalogue,
    drawings: parts.createDrawings(parts, catalogue, blocks),
    pictures: parts.createPictures(catalogue, blocks),
    queue: parts.createQueue(),
    go,
  };
  const unitName = (neuron: Neuron) => (neuron.layerIndex === chosenLayer() ? String(neuron.unit) : neuron.address);
  const open = (neuron: Neuron) => go({ unit: unitName(neuron) }, "push");
  const grid = parts.createGrid(page, find("sheet"), open);
  const layerList = parts.createLayerList(page);
  const toolbar = parts.createToolbar(page, {
    enter: () => {
      const exact = neurons.find((neuron) => neuron.address === state.query.trim());
      const first = exact ?? selection.neurons[0];
      if (exact) open(exact);
      else if (first) grid.focus(first);
    },
  });
  let lastShown: Neuron | undefined;
  const dialog = document.querySelector("dialog");
  const detail =
    dialog &&
    parts.createDetail(page, dialog, {
      step: (by) => {
        const next = selection.neurons[(lastShown ? selection.neurons.indexOf(lastShown) : -1) + by];
        if (next) go({ unit: unitName(next) }, "replace");
      },
      closed: () => {
        go({ unit: undefined }, "replace");
        if (lastShown) grid.focus(lastShown);
      },
    });

  const title = (layerIndex: number) => {
    const layer = layers[layerIndex];
    find("layer-title").textContent = layer?.name ?? "All layers";
    const field = layer?.receptiveField;
    const count = layer?.neurons.length ?? neurons.length;
    const facts = [
      layer?.kind,
      `${count.toLocaleString("en")} ${count === 1 ? "unit" : "units"}`,
      layer && `shape ${layer.shape.join(" × ")}`,
      field && `each position sees ${field.width} × ${field.height} px`,
    ];
    find("layer-facts").textContent = facts.filter(Boolean).join(" · ");
  };

  let listed = ""; // what the sheet shows now; a dialog that opens does not change it
  const update = () => {
    const layerIndex = chosenLayer();
    const list = JSON.stringify([layerIndex, state.query, state.sort, state.show]);
    if (list !== listed) {
      selection = parts.selectNeurons(neurons, layers.length, layerIndex, state);
      title(layerIndex);
      layerList(layerIndex, selection, state.query !== "" || state.show !== "all");
      const message = parts.emptyMessage(page, state, layerIndex, selection);
      find("empty").replaceChildren(...(message ? [message] : []));
      const main = find("main").getBoundingClientRect();
      if (listed !== "" && main.top < 0) scrollBy(0, main.top);
      grid.show(selection.neurons);
      listed = list;
    }
    toolbar(state, selection);
    const shown = selection.neurons.length;
    const neuron = chosenNeuron();
    const strangers = [
      state.layer && layers[layerIndex]?.name !== state.layer ? `layer “${state.layer}”` : "",
      state.unit !== undefined && !neuron ? `neuron “${state.unit}”` : "",
    ].filter(Boolean);
    const lost = strangers.length > 0 ? ` This report does not hold the link's ${strangers.join(" and ")}.` : "";
    find("status").textContent = `${shown.toLocaleString("en")} ${shown === 1 ? "neuron" : "neurons"} shown.${lost}`;
    if (neuron) {
      lastShown = neuron;
      detail?.show(neuron, { index: selection.neurons.indexOf(neuron), of: shown });
    } else detail?.hide();
  };
  addEventListener("hashchange", () => {
    state = parts.parseHash(location.hash);
    update();
  });
  update();
}
