/** @file The list of layers (on a phone: the select), which the page's HTML holds already. No outside references. */

import type { Page } from "./page.ts";
import type { Selection } from "./select.ts";

/** Keeps the list up to date; `layerIndex` -1 stands for all layers. */
export type LayerList = (layerIndex: number, selection: Selection, narrowed: boolean) => void;

export function createLayerList({ catalogue, go }: Page): LayerList {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".layers a")];
  const list = document.querySelector(".layers ul");
  const select = document.querySelector<HTMLSelectElement>("#layer-select");
  const choose = (index: number) => go({ layer: catalogue.layers[index]?.name ?? "", unit: undefined }, "push");
  const indexOf = (element: HTMLElement) => Number(element.dataset.index);

  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // open in a new tab
      event.preventDefault();
      choose(indexOf(link));
    });
  }
  select?.addEventListener("change", () => choose(Number(select.value)));

  let revealed = false;
  return (layerIndex, selection, narrowed) => {
    if (select) select.value = String(layerIndex);
    for (const link of links) {
      const index = indexOf(link);
      if (index === layerIndex) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      const matches = index === -1 ? selection.perLayer.reduce((a, b) => a + b, 0) : (selection.perLayer[index] ?? 0);
      const count = link.querySelector(".layer-matches");
      if (count) count.textContent = narrowed ? `${matches.toLocaleString("en")} shown` : "";
      link.classList.toggle("without-matches", narrowed && matches === 0);
    }
    const current = links.find((link) => indexOf(link) === layerIndex);
    if (!revealed && list && current) {
      // Not scrollIntoView: that would scroll the page as well.
      list.scrollTop += current.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
    }
    revealed = true;
  };
}
