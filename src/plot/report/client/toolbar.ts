/** @file Search, sort and filter. Runs inside the page: no outside references. */

import type { Page } from "./page.ts";
import type { Selection } from "./select.ts";
import type { ShowKey, SortKey, ViewState } from "./state.ts";

/** Keeps the controls up to date. */
export type Toolbar = (state: ViewState, selection: Selection) => void;

export function createToolbar({ go }: Page, actions: { readonly enter: () => void }): Toolbar {
  const search = document.querySelector<HTMLInputElement>("#search");
  const sort = document.querySelector<HTMLSelectElement>("#sort");
  const shows = [...document.querySelectorAll<HTMLInputElement>("input[name=show]")];

  let typing: ReturnType<typeof setTimeout> | undefined;
  const searchNow = () => {
    clearTimeout(typing);
    typing = undefined;
    if (search) go({ query: search.value }, "replace");
  };
  search?.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(searchNow, 120);
  });
  search?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // or the same key would press the card that gets the focus
      searchNow();
      actions.enter();
    } else if (event.key === "Escape" && search.value === "") search.blur();
  });
  sort?.addEventListener("change", () => go({ sort: sort.value as SortKey }, "replace"));
  for (const input of shows) {
    input.addEventListener("change", () => go({ show: input.value as ShowKey }, "replace"));
  }
  addEventListener("keydown", (event) => {
    const typed = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (event.key !== "/" || typed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search?.focus();
    search?.select();
  });

  return (state, selection) => {
    if (search && typing === undefined && search.value !== state.query) search.value = state.query;
    if (sort) sort.value = state.sort;
    for (const input of shows) {
      input.checked = input.value === state.show;
      const count = input.parentElement?.querySelector(".count");
      if (count) count.textContent = selection.perShow[input.value as ShowKey].toLocaleString("en");
    }
  };
}
