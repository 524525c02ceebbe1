/** @file The set "lre-relations": facts by relation, with the sentences that ask for them. */

import { z } from "zod";
import { CajalError } from "../graph/index.ts";
import { findData } from "./registry.ts";
import type { DataSource } from "./source.ts";

export interface Relation {
  /** "company ceo" */
  readonly name: string;
  readonly kind: RelationKind;
  /** Each once, "{}" for the subject; the object follows. */
  readonly templates: readonly string[];
  readonly facts: readonly { readonly subject: string; readonly object: string }[];
}

export type RelationKind = "factual" | "commonsense" | "linguistic" | "bias";

const fileFormat = z.object({
  name: z.string(),
  prompt_templates: z.array(z.string()),
  prompt_templates_zs: z.array(z.string()),
  properties: z.object({ relation_type: z.enum(["factual", "commonsense", "linguistic", "bias"]) }),
  samples: z.array(z.object({ subject: z.string(), object: z.string() })),
});

/** All relations, or those of one kind, in the order of their files. @throws CajalError `bad-file`, or as the source */
export async function loadRelations(source: DataSource, kind?: RelationKind): Promise<Relation[]> {
  const set = "lre-relations";
  const paths = Object.keys(findData(set).files).filter((path) => kind === undefined || path.startsWith(`${kind}/`));
  return Promise.all(
    paths.map(async (path) => {
      const text = new TextDecoder().decode(await source.file(set, path));
      const parsed = fileFormat.safeParse(jsonOf(text, `${set}/${path}`));
      if (!parsed.success)
        throw new CajalError("bad-file", `${set}/${path} is no relation: ${parsed.error.issues[0].message}`);
      const { name, prompt_templates, prompt_templates_zs, properties, samples } = parsed.data;
      return {
        name,
        kind: properties.relation_type,
        templates: [...new Set([...prompt_templates, ...prompt_templates_zs])],
        facts: samples,
      };
    }),
  );
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CajalError("bad-file", `${path} is not JSON`, { cause });
  }
}
