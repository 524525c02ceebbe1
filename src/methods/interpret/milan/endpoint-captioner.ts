/**
 * @file A captioner behind an endpoint of OpenAI's kind that sees pictures. It is asked twice: what the lit regions of a unit have in common,
 * and, with its own answer and the sheets of other units beside this one, which sheet the answer fits. The second question takes the place
 * of p(E | d)/p(E): an answer counts when it leads back to its unit, and against it counts how many other sheets it would fit as well.
 */

import { CajalError, Rng } from "../../../graph/index.ts";
import { colourPng, pngUri } from "../../../plot/index.ts";
import type { ImagePart, LlmClient, Message, PriceTable } from "../../language-model-client/index.ts";
import type { Candidate, CandidateOptions, Captioner, ExemplarBatch } from "./captioner.ts";
import { inTurn } from "./in-turn.ts";
import { type SheetOptions, sheetOf } from "./sheet.ts";
import { wordsOf } from "./vocabulary.ts";

export interface EndpointCaptionerOptions extends SheetOptions {
  /** Answers to the first question per unit. Default 8. */
  readonly samples?: number;
  /** Sheets among which the unit's must be found. Default 8. */
  readonly choices?: number;
  /** Exemplars on a sheet. Default 15. */
  readonly exemplars?: number;
  /** Draws the other units and the order of sheets. */
  readonly rng?: Rng;
}

/** Words of an answer. */
const mostWords = 12;
/** Calls under way: the client may let fewer through. */
const callsAtOnce = 8;
/** Of both questions: their replies are short, and paid for once they are asked. */
const asking = { maxTokens: 60, hearOut: true } as const;

/**
 * A captioner that asks a vision model; it keeps its replies wherever the client keeps them. After a call that failed, or the signal, no other
 * one begins, and the replies of those under way are kept: what was paid for is not asked again. A reply that answers nothing is kept as well:
 * a unit of which nothing was said has no candidates, and a choice that is none counts as not found.
 */
export function endpointCaptioner(client: LlmClient, options: EndpointCaptionerOptions = {}): Captioner {
  const { samples = 8, choices = 8, exemplars = 15, rng = new Rng(0) } = options;
  /** By text: in how many of the other sheets it was seen, of how many; of the units that were asked about last. */
  const seen = new Map<string, { fits: number; sheets: number }>();

  /** What the endpoint says of each sheet, each answer once. */
  async function answers(sheets: readonly ImagePart[], n: number, length: number, signal?: AbortSignal) {
    const each = Math.min(samples, n);
    const questions = sheets.map((sheet) => firstQuestion(sheet, Math.min(length, mostWords)));
    const asked = questions.flatMap((messages) => Array.from({ length: each }, (_, sample) => ({ messages, sample })));
    const replies = await inTurn(asked, callsAtOnce, ({ messages, sample }) =>
      client.chat(messages, { ...asking, temperature: 1, sample, ...(signal && { signal }) }),
    );
    const said = questions.map((_, unit) => {
      const texts = replies.slice(unit * each, (unit + 1) * each).map(({ text }) => cleaned(text));
      return [...new Set(texts.filter((text) => text !== ""))];
    });
    // Of a single unit there may be nothing to say; a model that says nothing of several sees nothing.
    if (said.length === 1 || said.some((texts) => texts.length > 0)) return said;
    throw new CajalError("bad-reply", `${client.baseURL}: "${client.model}" says nothing about any sheet of pictures`, {
      advice: "Choose a model that takes pictures.",
    });
  }

  /** Whether the text leads back to its own sheet; what it says of the others is noted. */
  async function check(
    text: string,
    own: number,
    sheets: readonly ImagePart[],
    draw: Rng,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const others = [...draw.permutation(sheets.length)].filter((i) => i !== own).slice(0, choices - 1);
    if (others.length === 0) return true;
    const shown = [own, ...others];
    const order = [...draw.permutation(shown.length)].map((i) => shown[i]);
    const { text: reply } = await client.chat(
      secondQuestion(
        text,
        order.map((i) => sheets[i]),
      ),
      { ...asking, temperature: 0, ...(signal && { signal }) },
    );
    const { best, fitting } = readChoice(reply, order.length);
    const place = order.indexOf(own) + 1;
    const known = seen.get(text) ?? { fits: 0, sheets: 0 };
    seen.set(text, {
      fits: known.fits + [...fitting].filter((number) => number !== place).length,
      sheets: known.sheets + others.length,
    });
    return best === place;
  }

  return {
    name: `${client.model} at ${client.baseURL}`,
    exemplars,
    async candidates(sets: ExemplarBatch, n: number, { length = 15, signal }: CandidateOptions = {}) {
      const sheets = sets.map(({ pictures, masks }) =>
        imageOf(sheetOf({ pictures: pictures.slice(0, exemplars), masks: masks.slice(0, exemplars) }, options)),
      );
      seen.clear();
      const texts = await answers(sheets, n, length, signal);
      const checks = texts.flatMap((list, unit) => list.map((text) => ({ text, unit })));
      const hits = await inTurn(checks, callsAtOnce, ({ text, unit }) =>
        check(text, unit, sheets, rng.split(unit).split(text), signal),
      );
      const found = checks.map(({ text, unit }, i) => ({ unit, candidate: { text, logp: Number(hits[i]) } }));
      return sheets.map((_, own) =>
        found
          .filter(({ unit }) => unit === own)
          .map(({ candidate }): Candidate => candidate)
          .sort((a, b) => b.logp - a.logp),
      );
    },
    async logPrior(list) {
      return list.map((text) => {
        const { fits = 0, sheets = 0 } = seen.get(text) ?? {};
        return sheets === 0 ? 0 : fits / sheets;
      });
    },
  };
}

function imageOf(picture: { readonly data: Uint8Array; readonly width: number; readonly height: number }): ImagePart {
  return { type: "image_url", image_url: { url: pngUri(colourPng(picture.data, picture.width, picture.height)) } };
}

function firstQuestion(sheet: ImagePart, words: number): Message[] {
  const text = [
    "The tiles show parts of pictures. In each tile one or more regions are lit and have a yellow rim; the rest is darkened.",
    "What do the lit regions have in common that the rest does not? It may be a kind of thing, a part, a colour, a texture, or text.",
    `Answer with one phrase of at most ${words} words, as specific as the tiles allow, and nothing else.`,
  ].join(" ");
  return [{ role: "user", content: [{ type: "text", text }, sheet] }];
}

function secondQuestion(description: string, sheets: readonly ImagePart[]): Message[] {
  const text = [
    `Each of the ${sheets.length} sheets shows tiles in which some regions are lit.`,
    `A person described the lit regions of one sheet as: "${description}".`,
    'Answer with two lines. First "best:" and the number of the sheet that this description fits best.',
    'Then "also:" and the numbers of all other sheets that it fits well, or "none".',
  ].join(" ");
  return [
    {
      role: "user",
      content: [
        { type: "text", text },
        ...sheets.flatMap((sheet, i) => [{ type: "text" as const, text: `Sheet ${i + 1}:` }, sheet]),
      ],
    },
  ];
}

/** The first line in lower case, without what stands around a phrase, cut to its length. */
function cleaned(reply: string): string {
  const [line = ""] = reply
    .split("\n")
    .map((part) => part.trim())
    .filter(Boolean);
  return wordsOf(line).slice(0, mostWords).join(" ");
}

/** The number of the best sheet, none when the reply names none, and the numbers of all that fit. */
function readChoice(reply: string, count: number): { best: number | undefined; fitting: ReadonlySet<number> } {
  const [, first] = reply.match(/best\D*(\d+)/i) ?? reply.match(/^\D*(\d+)\D*$/) ?? [];
  const [, also = ""] = reply.match(/also(.*)/is) ?? [];
  const [best, ...others] = [first, ...(also.match(/\d+/g) ?? [])].map((digits) => {
    const number = Number(digits);
    return number >= 1 && number <= count ? number : undefined;
  });
  return { best, fitting: new Set([best, ...others].filter((number) => number !== undefined)) };
}

/** What describing so many units will ask for, before anything is asked. */
export interface EndpointEstimate {
  readonly calls: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** In the currency of the prices; null when the model has none. */
  readonly cost: number | null;
}

/** About how many tokens a sheet is for the usual endpoints. */
const tokensPerSheet = 765;
const tokensPerQuestion = 110;
const tokensPerAnswer = 20;

/** The most that it comes to: every sample another answer, nothing in the cache. */
export function estimateEndpoint(
  units: number,
  model: string,
  { samples = 8, choices = 8 }: EndpointCaptionerOptions = {},
  prices: PriceTable = {},
): EndpointEstimate {
  const calls = 2 * samples * units;
  const tokensIn = samples * units * (2 * tokensPerQuestion + (1 + choices) * tokensPerSheet);
  const tokensOut = calls * tokensPerAnswer;
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
  return {
    calls,
    tokensIn,
    tokensOut,
    cost: price === undefined ? null : (tokensIn * price.input + tokensOut * price.output) / 1e6,
  };
}
