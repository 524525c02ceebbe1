/** @file Who puts neurons into words for a report, what it costs, and where it is kept. */

import { join } from "node:path";
import { CajalError } from "../graph/index.ts";
import {
  type Captioner,
  type Description,
  type DescriptionStorage,
  describe as describeUnits,
  type EndpointEstimate,
  type ExemplarStore,
  endpointCaptioner,
  estimateEndpoint,
} from "../methods/interpret/milan/index.ts";
import type { LlmClient, PriceTable, Totals } from "../methods/language-model-client/index.ts";
import { builtinCaptioner, hasBuiltinCaptioner } from "./captioner.ts";
import { exists } from "./data-source.ts";
import { bytesDigest } from "./download.ts";
import { readBytes, writeWhole } from "./files.ts";
import { cacheFolder } from "./folders.ts";
import { openLlmClient } from "./language-model-files.ts";
import type { Progress } from "./progress.ts";

export interface WordsOptions {
  /** "none", "built-in", or "openai:" and the name of a model that takes pictures. Default: the built-in one, where its files are. */
  readonly captioner?: string;
  /** Of the endpoint. Default: OpenAI's own. */
  readonly baseUrl?: string;
  /** The environment variable that holds the endpoint's key. Default OPENAI_API_KEY where it is set, else no key is sent. */
  readonly apiKeyEnv?: string;
  /** What the endpoint's model takes for a million tokens read and written. */
  readonly price?: readonly [input: number, output: number];
  /** No call starts when so much is spent, in the price's currency. */
  readonly maxCost?: number;
  /** Requests per minute that the endpoint allows. Default: any number. */
  readonly rpm?: number;
}

/** A captioner, and the client behind it where it costs money. */
export interface Speaker {
  readonly captioner: Captioner;
  readonly release: () => Promise<void>;
  readonly client?: LlmClient;
  readonly prices?: PriceTable;
}

const officialEndpoint = "https://api.openai.com/v1";

/** Of one attempt: a model on a small machine takes minutes for eight sheets, and what is given up is asked again. */
const patience = 600_000;

/** @throws CajalError `argument` for a name that is none, `file-missing` when the built-in captioner was not made yet */
export async function speakerFor(options: WordsOptions): Promise<Speaker | undefined> {
  const { captioner, baseUrl = officialEndpoint, price, maxCost, rpm } = options;
  if (captioner === "none" || (captioner === undefined && !(await hasBuiltinCaptioner()))) return undefined;
  if (captioner === undefined || captioner === "built-in") {
    const built = await builtinCaptioner();
    return { captioner: built, release: () => built.release() };
  }
  const model = captioner.match(/^openai:(.+)$/)?.[1];
  if (model === undefined)
    throw new CajalError("argument", `no captioner is called "${captioner}"`, {
      advice:
        'Choose none, built-in, or openai:<model>, as in "openai:gpt-4o-mini" with --base-url for other endpoints.',
    });
  if (maxCost !== undefined && price === undefined)
    throw new CajalError("argument", "a highest cost was given, and no price", { advice: "Say --price 0.15,0.6." });
  const apiKeyEnv = options.apiKeyEnv ?? (process.env.OPENAI_API_KEY ? "OPENAI_API_KEY" : undefined);
  const prices: PriceTable = price === undefined ? {} : { [model]: { input: price[0], output: price[1] } };
  const client = openLlmClient({
    baseURL: baseUrl,
    model,
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    prices,
    ...(maxCost !== undefined && { budget: maxCost }),
    ...(rpm !== undefined && { rpm }),
    timeoutMs: patience,
    cacheDir: join(cacheFolder(), "replies"),
  });
  return { captioner: endpointCaptioner(client), release: async () => undefined, client, prices };
}

/** Descriptions by address `layer:unit`. */
export interface Words {
  readonly captioner: string;
  readonly byAddress: ReadonlyMap<string, Description>;
}

export interface PutIntoWordsOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Is told what it may cost at most, before anything is asked. */
  onEstimate?(estimate: EndpointEstimate): void;
  /** Is told what it did cost, also when it failed half-way. */
  onTotals?(totals: Totals): void;
}

/** Describes all units; layers that were described before, by the same captioner from the same exemplars, are read back. */
export async function putIntoWords(
  store: ExemplarStore,
  speaker: Speaker,
  { progress, signal, onEstimate, onTotals }: PutIntoWordsOptions,
): Promise<Words> {
  const { captioner, client, prices } = speaker;
  if (client !== undefined) {
    const live = store.layers.flatMap(({ name }) => store.units(name).filter((unit) => !store.isDead(name, unit)));
    onEstimate?.(estimateEndpoint(live.length, client.model, {}, prices));
  }
  const byAddress = new Map<string, Description>();
  const described = describeUnits(store, captioner, {
    storage: descriptionFiles(store, captioner),
    signal,
    onProgress: (done, total) => progress.update("putting into words", done, total, "neurons"),
  });
  try {
    for await (const description of described) byAddress.set(`${description.layer}:${description.unit}`, description);
  } finally {
    if (client !== undefined) onTotals?.(client.totals());
  }
  return { captioner: captioner.name, byAddress };
}

/** One file per layer in the cache, named by all that the descriptions depend on. */
function descriptionFiles(store: ExemplarStore, captioner: Captioner): DescriptionStorage {
  const pathOf = (layer: string) => {
    const key = [bytesDigest(store.bytes(layer)), captioner.name, layer].join("\n");
    return join(cacheFolder(), "descriptions", `${bytesDigest(new TextEncoder().encode(key))}.json`);
  };
  return {
    read: async (layer) => {
      const path = pathOf(layer);
      if (!(await exists(path))) return undefined;
      try {
        return JSON.parse(new TextDecoder().decode(await readBytes(path))) as Description[];
      } catch {
        // A damaged file is made again.
        return undefined;
      }
    },
    write: async (layer, descriptions) => writeWhole(pathOf(layer), [JSON.stringify(descriptions)]),
  };
}
