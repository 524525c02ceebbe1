/** @file audit: which models have units whose descriptions name what they should not know. */

import type { Description } from "./describe.ts";
import { wordsOf } from "./vocabulary.ts";

export interface NamedDescriptions {
  readonly name: string;
  readonly descriptions: readonly Description[];
}

export interface AuditedModel {
  readonly name: string;
  readonly units: number;
  readonly dead: number;
  /** Units whose description has one of the words, the surest first. */
  readonly found: readonly Description[];
  /** How many of them are in each layer. */
  readonly byLayer: Readonly<Record<string, number>>;
}

export interface AuditReport {
  readonly words: readonly string[];
  /** The model with most such units first. */
  readonly models: readonly AuditedModel[];
}

/** Whether a description has one of the words, whole and in any case. */
export function mentions(text: string, words: readonly string[]): boolean {
  const said = new Set(wordsOf(text));
  return words.some((word) => said.has(word.toLowerCase()));
}

/** Units of several models whose description has a word of the list. */
export function audit(models: readonly NamedDescriptions[], words: readonly string[]): AuditReport {
  const audited = models.map(({ name, descriptions }): AuditedModel => {
    const found = descriptions.filter(({ text, dead }) => !dead && mentions(text, words));
    const byLayer: Record<string, number> = {};
    for (const { layer } of found) byLayer[layer] = (byLayer[layer] ?? 0) + 1;
    return {
      name,
      units: descriptions.length,
      dead: descriptions.filter(({ dead }) => dead).length,
      found: [...found].sort((a, b) => b.pmi - a.pmi),
      byLayer,
    };
  });
  return { words, models: audited.sort((a, b) => b.found.length - a.found.length) };
}
