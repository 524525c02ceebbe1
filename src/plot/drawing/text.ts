/** @file How wide text will be. There is no font to ask outside a page, so widths are those of a wide one: nothing is cut off in another. */

const NARROW = new Set("ijl.,:;'|!`·");
const SLIM = new Set('ftrIJ()[]{}/\\-" ');
const WIDE = new Set("mwMWQO%@&+=<>±×≥≤→←∞");

function widthOf(character: string): number {
  if (NARROW.has(character)) return 0.33;
  if (SLIM.has(character)) return 0.42;
  if (WIDE.has(character)) return 0.86;
  if (character >= "0" && character <= "9") return 0.64;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x300 && code < 0x370) return 0; // combining accents
  if (code >= 0x1100 && (code < 0x2000 || code >= 0x2e80)) return 1.1; // Hangul, Han, kana, emoji
  return character === character.toUpperCase() && character !== character.toLowerCase() ? 0.72 : 0.62;
}

/** Pixels, of a line in the given font size. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width * size;
}

/** The text cut to a width, with an ellipsis. */
export function truncate(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** Lines of at most a width; a word that is longer stands alone on its line, cut. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  return lines.map((one) => truncate(one, size, width));
}

/** A whole number as an exponent: −12 → "⁻¹²". */
export function superscript(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
  return `${power < 0 ? "⁻" : ""}${digits.join("")}`;
}
