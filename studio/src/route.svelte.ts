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
  isBehind = false;
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

/** Browsers take few changes of the address in a time (100 in 10 s and less); a hand that drags makes more. */
const pause = 300;
let isBehind = false;
let wait: ReturnType<typeof setTimeout> | undefined;

function write(): void {
  if (!isBehind) return;
  isBehind = false;
  const text = current.query.toString();
  history.replaceState(null, "", `${location.pathname}${text && `?${text}`}`);
}
addEventListener("pagehide", write);

/** Goes to another page. */
export function go(address: string): void {
  write();
  history.pushState(null, "", address);
  current = read();
  scrollTo(0, 0);
}

/** Keeps a state of this page in the address, without a step in the history; an empty value leaves it out. */
export function keep(changes: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(current.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") query.delete(name);
    else query.set(name, value);
  }
  current = { path: current.path, query };
  isBehind = true;
  if (wait !== undefined) return;
  write();
  wait = setTimeout(() => {
    wait = undefined;
    write();
  }, pause);
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
