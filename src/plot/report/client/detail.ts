/** @file The dialog on one neuron. Runs inside the page: no outside references. */

import type { Page } from "./page.ts";
import type { Neuron } from "./select.ts";
import type { MaskView } from "./shade.ts";

export interface Detail {
  /** Opens the dialog on a neuron, or changes to it. `place` says where it stands in the order of the sheet. */
  readonly show: (neuron: Neuron, place: { readonly index: number; readonly of: number }) => void;
  readonly hide: () => void;
}

export function createDetail(
  page: Page,
  dialog: HTMLDialogElement,
  actions: { readonly step: (by: 1 | -1) => void; readonly closed: () => void },
): Detail {
  const { parts, catalogue } = page;
  const { element } = parts;
  let shown: Neuron | undefined;
  let view: MaskView = "mask";

  const head = (neuron: Neuron, place: { index: number; of: number }): HTMLElement => {
    const layer = catalogue.layers[neuron.layerIndex];
    const field = layer?.receptiveField;
    const facts = [
      layer?.kind,
      layer?.shape.join(" × "),
      field && `sees ${field.width} × ${field.height} px every ${field.strideX} × ${field.strideY} px`,
    ];
    const step = (by: 1 | -1, label: string, sign: string) => {
      const to = place.index + by;
      const off = to < 0 || to >= place.of;
      const key = by === 1 ? "ArrowRight" : "ArrowLeft";
      const button = element(
        "button",
        { type: "button", class: "icon", "aria-label": label, title: label, "aria-keyshortcuts": key, disabled: off },
        sign,
      );
      button.addEventListener("click", () => actions.step(by));
      return button;
    };
    const close = element(
      "button",
      { type: "button", class: "icon", "aria-label": "Close", title: "Close (Esc)" },
      "×",
    );
    close.addEventListener("click", () => dialog.close());
    const title = element("h2", { id: "detail-title" }, neuron.layerName, element("b", {}, `:${neuron.unit}`));
    return element(
      "header",
      {},
      element("div", { class: "detail-name" }, title, element("p", {}, facts.filter(Boolean).join(" · "))),
      element(
        "div",
        { class: "detail-steps" },
        element("span", { class: "place" }, place.index < 0 ? "" : `${place.index + 1} of ${place.of}`),
        step(-1, "Previous neuron", "←"),
        step(1, "Next neuron", "→"),
        close,
      ),
    );
  };

  const views = (choose: (view: MaskView) => void): HTMLElement => {
    const group = element(
      "fieldset",
      { class: "segments" },
      element("legend", { class: "hidden" }, "Show the mask as"),
    );
    for (const option of ["mask", "outline", "plain"] as const) {
      const input = element("input", { type: "radio", name: "view", value: option, checked: option === view });
      input.addEventListener("change", () => choose(option));
      group.append(element("label", {}, input, element("span", {}, option)));
    }
    return group;
  };

  const command = (neuron: Neuron): HTMLElement =>
    element(
      "section",
      {},
      element("h3", {}, "Silence it"),
      element("p", {}, "Sets the unit to 0 everywhere and saves the model, to see what the network does without it:"),
      element(
        "div",
        { class: "command" },
        element("code", {}, parts.ablationCommand(catalogue.model, neuron.address)),
        element("button", { type: "button", class: "copy" }, "Copy"),
      ),
    );

  const show: Detail["show"] = (neuron, place) => {
    if (shown === neuron && dialog.open) return;
    shown = neuron;
    const pictures = element("section", { class: "pictures", "aria-busy": "true" });
    const chart = element("div", { class: neuron.dead ? "chart" : "chart reserved" });
    const body = element(
      "div",
      { class: "detail-body" },
      element(
        "div",
        { class: "detail-summary" },
        element("div", {}, ...parts.describeDescription(page, neuron), parts.describeExplanation(page, neuron)),
        chart,
      ),
      element("section", {}, parts.describeStatistics(page, neuron)),
      pictures,
      ...(neuron.dead ? [] : [command(neuron)]),
    );
    dialog.replaceChildren(head(neuron, place), body);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    dialog.focus({ preventScroll: true });

    const draw = async () => {
      const drawing = await page.drawings(neuron);
      if (shown !== neuron || !pictures.isConnected) return;
      pictures.removeAttribute("aria-busy");
      if (drawing.histogram.counts.length > 0)
        chart.append(parts.histogramChart(parts, drawing.histogram, neuron.level, Math.max(chart.clientWidth, 280)));
      if (drawing.exemplars.length === 0) {
        pictures.append(element("p", { class: "quiet" }, "No picture excites it, so there is none to show."));
        return;
      }
      const exemplars = parts.createExemplars(page, drawing.exemplars, neuron.level);
      const located = drawing.exemplars.some(({ map }) => map);
      const choose = (option: MaskView) => {
        view = option;
        exemplars.show(view);
      };
      const title = element("h3", {}, "What excites it most");
      pictures.append(
        element("div", { class: "pictures-head" }, title, ...(located ? [views(choose)] : [])),
        exemplars.list,
      );
      exemplars.show(view);
    };
    draw().catch((error: unknown) => {
      pictures.replaceChildren(
        element("p", { class: "quiet" }, error instanceof Error ? error.message : String(error)),
      );
    });
  };

  dialog.addEventListener("close", () => {
    if (dialog.open) return; // opened again before this event came
    if (shown) actions.closed();
    shown = undefined;
    dialog.replaceChildren();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowLeft") actions.step(-1);
    else if (event.key === "ArrowRight") actions.step(1);
  });
  return {
    show,
    hide: () => {
      shown = undefined;
      if (dialog.open) dialog.close();
    },
  };
}
