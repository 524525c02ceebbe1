/** Finds methods by what is written of them, offline. */

import words from "virtual:method-words";
import MiniSearch from "minisearch";
import type { MethodInList } from "./api.ts";

/** Beginnings of words and slips of the pen count; a name counts more than a title, and that more than what its page says. */
const options = {
  prefix: true,
  fuzzy: (word: string) => (word.length > 5 ? 0.15 : false),
  boost: { slug: 6, title: 4, about: 2 },
  combineWith: "AND",
} as const;

/** @param about what a family is about @returns slugs, the best first */
export function searcher(
  methods: readonly MethodInList[],
  about: Readonly<Record<string, string>>,
): (query: string) => string[] {
  const index = new MiniSearch({ idField: "slug", fields: ["slug", "title", "about", "text"], searchOptions: options });
  index.addAll(
    methods.map(({ slug, title, family }) => ({
      slug,
      title,
      about: `${family} ${about[family]}`,
      text: words[slug] ?? "",
    })),
  );
  return (query) => index.search(query).map(({ id }) => id as string);
}
