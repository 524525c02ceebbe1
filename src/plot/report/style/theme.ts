/** @file Colours and type of the report's page: ink and ochre on paper, after Cajal's drawings of Golgi stains. */

export const THEME = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#faf8f3, #15171a);
  --sheet: light-dark(#ffffff, #1c1f23);
  --well: light-dark(#efece4, #26292e);
  --ink: light-dark(#1f2328, #e7e4dd);
  --quiet: light-dark(#666259, #a09c93);
  --line: light-dark(#e3dfd5, #31353b);
  --strong-line: light-dark(#c9c3b5, #474c54);
  --accent: light-dark(#a8560f, #eea55f);
  --accent-well: light-dark(#f8eedf, #35291b);
  --bars: light-dark(#8b877d, #8a8780);
  --alive: light-dark(#cfc9bb, #575b61);
  --gone: light-dark(#3a3a3a, #d6d2c9);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 5rem; overflow-y: scroll; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 120rem; padding: 0 2rem; background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.5 var(--sans);
}
h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
ul, ol { list-style: none; }
fieldset { border: 0; min-width: 0; }
code, kbd { font: 0.875em/1.5 var(--mono); }
kbd { padding: 0 0.35em; border: 1px solid var(--strong-line); border-radius: 3px; }
b { font-weight: 600; }
button, select, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main:focus, dialog:focus { outline: none; }
.label { font: 600 0.75rem/1.4 var(--sans); letter-spacing: 0.02em; color: var(--quiet); }
.quiet { color: var(--quiet); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; z-index: 9; padding: 0.5rem 1rem; background: var(--sheet); }
#theme, .copy, .way, .icon, select, input[type="search"] {
  border: 1px solid var(--strong-line); border-radius: 6px; background: var(--sheet); padding: 0.3rem 0.65rem;
}
#theme:hover, .copy:hover, .way:hover, .icon:hover:enabled, select:hover { border-color: var(--accent); color: var(--accent); }
.command { display: flex; align-items: center; gap: 0.75rem; }
.command code {
  flex: 0 1 auto; min-width: 0; overflow-x: auto; white-space: pre; padding: 0.4rem 0.75rem; border-radius: 6px;
  background: var(--well);
}
.copy { flex: none; min-width: 4.5rem; font-size: 0.8125rem; }
.segments { display: inline-flex; border: 1px solid var(--strong-line); border-radius: 6px; background: var(--sheet); }
.segments label { position: relative; cursor: pointer; }
.segments input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.segments label > span { display: block; padding: 0.3rem 0.7rem; white-space: nowrap; border-radius: 5px; }
.segments label + label > span { border-left: 1px solid var(--line); border-top-left-radius: 0; border-bottom-left-radius: 0; }
.segments input:checked + span { background: var(--accent-well); color: var(--accent); font-weight: 600; }
.segments input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
.segments .count { font-weight: 400; font-size: 0.8125em; opacity: 0.75; font-variant-numeric: tabular-nums; }
.segments input:checked + span .count { opacity: 1; }
@media (prefers-reduced-motion: no-preference) {
  .card, .copy, #theme, .way, .icon { transition: border-color 120ms, color 120ms, box-shadow 120ms; }
}
`;
