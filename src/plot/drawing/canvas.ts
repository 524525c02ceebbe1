/** @file SVG elements, made in the page's document or in one that stands in for it. */

const SVG = "http://www.w3.org/2000/svg";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Makes elements: `svg("g", { fill: "none" }, child, "text")`. */
export type SvgMaker = (
  name: string,
  attributes?: Attributes,
  ...children: readonly (Element | string)[]
) => SVGElement;

export function svgMaker(document: Document): SvgMaker {
  return (name, attributes = {}, ...children) => {
    const element = document.createElementNS(SVG, name) as SVGElement;
    for (const [key, value] of Object.entries(attributes))
      if (value !== undefined) element.setAttribute(key, String(value));
    for (const child of children)
      element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    return element;
  };
}

/** Two decimals are a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
