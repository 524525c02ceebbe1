/** @file The equation of an Einsum, read against the shapes of its operands. */

import { CajalError } from "../error.ts";
import { formatShape, type Shape } from "../tensor.ts";

/** An index of the equation: its letter, or "…0", "…1", … for the axes of an ellipsis, counted from the last. */
export type Label = string;

export interface Equation {
  /** The label of each axis of each operand. A label may occur twice in one operand: its diagonal. */
  readonly terms: readonly (readonly Label[])[];
  /** The label of each axis of the result, each once. */
  readonly output: readonly Label[];
  /** Size of each label; an operand may have 1 instead and is broadcast. */
  readonly sizes: ReadonlyMap<Label, number>;
}

const ellipsis = "...";

/** @throws Error when the text is no equation or does not fit the shapes */
export function readEquation(text: string, shapes: readonly Shape[]): Equation {
  const compact = text.replaceAll(" ", "");
  const [left, right, ...more] = compact.split("->");
  if (more.length > 0) throw new Error(`equation "${text}" has two arrows`);
  const written = left.split(",");
  if (written.length !== shapes.length)
    throw new Error(`equation "${text}" has ${written.length} operands, but ${shapes.length} are given`);
  const terms = written.map((term, i) => labelsOf(term, shapes[i].length, text));
  const widths = terms.flatMap((term, i) => (written[i].includes(ellipsis) ? [term.filter(isEllipsis).length] : []));
  if (new Set(widths).size > 1)
    throw new Error(`equation "${text}" has ellipses that stand for ${widths.join(" and ")} axes; they must agree`);
  const sizes = sizesOf(terms, shapes);
  return { terms, output: right === undefined ? implicitOutput(terms) : explicitOutput(right, terms, text), sizes };
}

/** The letters before and behind the ellipsis; behind is undefined when there is none. */
function letters(term: string, text: string): [before: string[], behind: string[] | undefined] {
  const [before, behind, ...more] = term.split(ellipsis);
  const wrong = /[^A-Za-z]/.exec(before + (behind ?? ""));
  if (wrong) throw new Error(`equation "${text}" has "${wrong[0]}" where a letter, "..." or "->" is expected`);
  if (more.length > 0) throw new Error(`equation "${text}" has two ellipses in "${term}"`);
  return [[...before], behind === undefined ? undefined : [...behind]];
}

/** Labels of the axes that an ellipsis stands for. */
const ellipsisLabels = (count: number): Label[] => Array.from({ length: count }, (_, i) => `…${count - 1 - i}`);

function labelsOf(term: string, rank: number, text: string): Label[] {
  const [before, behind] = letters(term, text);
  const count = before.length + (behind?.length ?? 0);
  if (behind === undefined ? count !== rank : count > rank)
    throw new Error(`equation "${text}" has ${count} indices in "${term}" for an operand of rank ${rank}`);
  return behind === undefined ? before : [...before, ...ellipsisLabels(rank - count), ...behind];
}

function sizesOf(terms: readonly (readonly Label[])[], shapes: readonly Shape[]): Map<Label, number> {
  const sizes = new Map<Label, number>();
  for (const [i, term] of terms.entries()) {
    for (const [axis, label] of term.entries()) {
      const dim = shapes[i][axis];
      if (shapes[i][term.indexOf(label)] !== dim)
        throw new Error(`index "${label}" is a diagonal of ${formatShape(shapes[i])}, whose axes differ`);
      const size = sizes.get(label) ?? 1;
      if (size !== 1 && dim !== 1 && size !== dim) throw new Error(`index "${label}" is both ${size} and ${dim}`);
      sizes.set(label, size === 1 ? dim : size);
    }
  }
  return sizes;
}

const isEllipsis = (label: Label): boolean => label.startsWith("…");

/** The axes that an ellipsis stands for: as many in every term that has one. */
function ellipsisOf(terms: readonly (readonly Label[])[]): Label[] {
  return ellipsisLabels(Math.max(...terms.map((term) => term.filter(isEllipsis).length)));
}

/** Without an arrow: the ellipsis, then all letters that occur once, in alphabetical order. */
function implicitOutput(terms: readonly (readonly Label[])[]): Label[] {
  const all = terms.flat().filter((label) => !isEllipsis(label));
  const single = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label));
  return [...ellipsisOf(terms), ...single.sort()];
}

function explicitOutput(right: string, terms: readonly (readonly Label[])[], text: string): Label[] {
  const [before, behind] = letters(right, text);
  const broadcast = ellipsisOf(terms);
  if (behind === undefined && broadcast.length > 0)
    throw new Error(`equation "${text}" has an ellipsis on the left only`);
  const output = [...before, ...(behind === undefined ? [] : [...broadcast, ...behind])];
  for (const [i, label] of output.entries()) {
    if (output.indexOf(label) !== i) throw new Error(`equation "${text}" has "${label}" twice in the output`);
    if (!isEllipsis(label) && !terms.some((term) => term.includes(label)))
      throw new Error(`equation "${text}" has "${label}" in the output only`);
  }
  return output;
}

const alphabet = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/**
 * Writes terms of any labels as an equation, with letters of its own.
 * @throws CajalError `no-derivative` when there are more labels than letters: only a derivative asks for new ones
 */
export function writeEquation(terms: readonly (readonly Label[])[], output: readonly Label[]): string {
  const letterOf = new Map<Label, string>();
  const write = (term: readonly Label[]) =>
    term
      .map((label) => {
        const letter = letterOf.get(label) ?? alphabet[letterOf.size];
        if (letter === undefined) throw new CajalError("no-derivative", "Einsum: the rule needs more than 52 indices");
        letterOf.set(label, letter);
        return letter;
      })
      .join("");
  return `${terms.map(write).join()}->${write(output)}`;
}
