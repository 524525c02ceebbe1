/** @file SVG as text: the same text for the same elements in every document. */

const ELEMENT = 1;
const TEXT = 3;

/** Attributes made of numbers, which are written with two decimals: engines differ in the last digits. */
const GEOMETRY = new Set(
  "x y x1 x2 y1 y2 cx cy r rx ry d dx dy width height points transform offset stroke-width fill-opacity stroke-opacity opacity".split(
    " ",
  ),
);
/** Attributes that are an id. */
const REFERENCES = new Set(["id", "aria-labelledby", "aria-describedby"]);
/** Characters that XML forbids, and halves of pairs. */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be found
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function shortNumbers(value: string): string {
  return value.replace(/-?\d*\.\d{3,}(e[-+]?\d+)?|-?\d+(\.\d+)?e[-+]?\d+/g, (number) =>
    String(Math.round(Number(number) * 100) / 100 + 0),
  );
}

function attributes(element: Element, rename: (name: string, value: string) => string): string {
  return [...element.attributes]
    .map(({ name, value }) => [name, GEOMETRY.has(name) ? shortNumbers(value) : rename(name, value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join("");
}

/**
 * An element with all that is in it, as XML. Ids get a prefix, so that many figures can stand in one page, and are counted from 1.
 */
export function serialize(root: Element, idPrefix: string): string {
  const ids = new Map<string, string>();
  const collect = (element: Element): void => {
    const id = element.getAttribute("id");
    if (id !== null) ids.set(id, `${idPrefix}-${ids.size + 1}`);
    for (const child of element.children) collect(child);
  };
  collect(root);
  const rename = (name: string, value: string): string => {
    if (REFERENCES.has(name)) return ids.get(value) ?? value;
    const reference = /^url\(#([^)]+)\)$/.exec(value);
    const target = reference && ids.get(reference[1]);
    return target ? `url(#${target})` : value;
  };
  const write = (node: Node): string => {
    if (node.nodeType === TEXT) return escapeXml(node.nodeValue ?? "");
    if (node.nodeType !== ELEMENT) return "";
    const element = node as Element;
    const name = element.localName;
    const inner = name === "style" ? (element.textContent ?? "") : [...element.childNodes].map(write).join("");
    const start = `<${name}${attributes(element, rename)}`;
    return inner === "" ? `${start}/>` : `${start}>${inner}</${name}>`;
  };
  return write(root);
}
