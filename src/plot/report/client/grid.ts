/** @file The sheet of cards. Only the rows near the window exist, however many neurons there are. No outside references. */

import type { Page } from "./page.ts";
import type { Neuron } from "./select.ts";

export interface Grid {
  readonly show: (neurons: readonly Neuron[]) => void;
  /** Scrolls a neuron's card into view and gives it the focus. */
  readonly focus: (neuron: Neuron) => void;
  /** Listens no longer. */
  readonly release: () => void;
}

export function createGrid(page: Page, host: HTMLElement, open: (neuron: Neuron) => void): Grid {
  const { parts } = page;
  const gap = 16;
  const narrowest = 400; // pixels a card needs for five pictures that can be recognised
  let shown: readonly Neuron[] = [];
  let current = 0; // the card that Tab reaches
  let columns = 1;
  let width = 0;
  let rowHeight = 0;
  const cards = new Map<Neuron, HTMLLIElement>();
  const neuronOf = new WeakMap<Element, Neuron>();

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const neuron = neuronOf.get(target);
        if (!isIntersecting || !neuron || !(target instanceof HTMLElement)) continue;
        near.unobserve(target);
        parts.fillCard(page, target, neuron).catch((error: unknown) => {
          target.querySelector(".tiles")?.replaceChildren(error instanceof Error ? error.message : String(error));
        });
      }
    },
    { rootMargin: "240px 0px" },
  );

  const clear = () => {
    near.disconnect();
    cards.clear();
    host.replaceChildren();
  };

  const measure = () => {
    const first = shown[0];
    width = host.clientWidth;
    columns = Math.max(Math.floor((width + gap) / (narrowest + gap)), 1);
    host.style.setProperty("--card-width", `${(width - gap * (columns - 1)) / columns}px`);
    if (!first) {
      host.style.height = "0";
      return;
    }
    const sample = parts.createCard(page, first);
    host.append(sample);
    rowHeight = sample.offsetHeight + gap;
    sample.remove();
    host.style.height = `${Math.ceil(shown.length / columns) * rowHeight - gap}px`;
  };

  /** Makes the cards of the rows in and around the window, and removes the others. */
  const render = () => {
    if (shown.length === 0) return;
    const top = host.getBoundingClientRect().top;
    const spare = innerHeight / 2;
    const firstRow = Math.max(Math.floor((-top - spare) / rowHeight), 0);
    const lastRow = Math.ceil((innerHeight - top + spare) / rowHeight);
    const wanted = new Set(shown.slice(firstRow * columns, Math.max(lastRow * columns, 0)));
    for (const [neuron, card] of cards) {
      if (wanted.has(neuron) || card.contains(document.activeElement)) continue;
      near.unobserve(card);
      card.remove();
      cards.delete(neuron);
    }
    let before: Element | undefined;
    let index = firstRow * columns;
    for (const neuron of wanted) {
      let card = cards.get(neuron);
      if (!card) {
        card = parts.createCard(page, neuron);
        card.setAttribute("aria-setsize", String(shown.length));
        card.setAttribute("aria-posinset", String(index + 1));
        card.style.setProperty("--column", String(index % columns));
        card.style.setProperty("--top", `${Math.floor(index / columns) * rowHeight}px`);
        cards.set(neuron, card);
        neuronOf.set(card, neuron);
        if (before) before.after(card);
        else host.prepend(card);
        near.observe(card);
      }
      before = card;
      index++;
    }
    const currentNeuron = shown[current];
    if (!currentNeuron || !cards.has(currentNeuron)) current = Math.min(firstRow * columns, shown.length - 1);
    for (const [neuron, card] of cards) {
      const button = card.querySelector("button");
      if (button) button.tabIndex = neuron === shown[current] ? 0 : -1;
    }
  };

  const moveTo = (index: number) => {
    const neuron = shown[index];
    if (!neuron) return;
    current = index;
    const bar = document.querySelector(".toolbar")?.getBoundingClientRect().height ?? 0;
    const top = host.getBoundingClientRect().top + Math.floor(index / columns) * rowHeight;
    if (top < bar + gap) scrollBy(0, top - bar - gap);
    else if (top + rowHeight > innerHeight) scrollBy(0, top + rowHeight - innerHeight);
    render();
    cards.get(neuron)?.querySelector("button")?.focus({ preventScroll: true });
  };

  host.addEventListener("keydown", (event) => {
    const card = event.target instanceof Element ? event.target.closest("li") : null;
    const neuron = card && neuronOf.get(card);
    if (!neuron || event.altKey || event.ctrlKey || event.metaKey) return;
    const from = shown.indexOf(neuron);
    const last = shown.length - 1;
    const steps: Record<string, number> = {
      ArrowLeft: Math.max(from - 1, 0),
      ArrowRight: Math.min(from + 1, last),
      ArrowUp: from - columns < 0 ? from : from - columns,
      ArrowDown: from + columns > last ? from : from + columns,
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  });
  host.addEventListener("click", (event) => {
    const card = event.target instanceof Element ? event.target.closest("li") : null;
    const neuron = card && neuronOf.get(card);
    if (!neuron) return;
    current = shown.indexOf(neuron);
    open(neuron);
  });

  let scheduled = false;
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (host.clientWidth !== width) {
        clear();
        measure();
      }
      render();
    });
  };
  const gone = new AbortController();
  addEventListener("scroll", schedule, { passive: true, signal: gone.signal });
  addEventListener("resize", schedule, { signal: gone.signal });
  const resized = new ResizeObserver(schedule);
  resized.observe(host);

  return {
    show: (neurons) => {
      shown = neurons;
      current = 0;
      clear();
      measure();
      render();
    },
    focus: (neuron) => moveTo(shown.indexOf(neuron)),
    release: () => {
      gone.abort();
      resized.disconnect();
      near.disconnect();
    },
  };
}
