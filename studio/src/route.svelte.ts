/** Where the person is: the address bar holds all that they would want to send someone. */

export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const read = (): Route => ({
  path: location.pathname.split("/").filter(Boolean).map(decodeURIComponent),
  query: new URLSearchParams(location.search),
});

let current = $state.raw(read());

addEventListener("popstate", () => {
  current = read();
});

export const route = {
  get path() {
    return current.path;
  },
  get query() {
    return current.query;
  },
};

/** Goes to another page. */
export function go(address: string): void {
  history.pushState(null, "", address);
  current = read();
  scrollTo(0, 0);
}

/** Keeps a state of this page in the address, without a step in the history; an empty value leaves it out. */
export function keep(changes: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, "", `${location.pathname}${text && `?${text}`}`);
  current = read();
}

/** Links of the app itself need no loading of the page. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  go(link.href.slice(location.origin.length));
}
