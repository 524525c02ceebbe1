/** @file tokenizer.json of Hugging Face: the vocabularies and rules of most language models. Read by @huggingface/tokenizers. */

import { Tokenizer as Library } from "@huggingface/tokenizers";
import { CajalError } from "../../graph/index.ts";
import type { Tokenizer } from "../../probe/index.ts";

export interface HuggingFaceTokenizerOptions {
  /** The tokens that end a text, as config.json or generation_config.json names them. Default: none. */
  readonly end?: readonly number[];
  /** What messages call the file. */
  readonly source?: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a tokenizer. Its rules are kept but for one: many files put a space before every text, and take it off when they decode. Here a
 * text is encoded as it stands, `spaceBefore` says that they do, and `TextModel.encode` puts the space there.
 * @param text of tokenizer.json
 * @throws CajalError `bad-file` when it is damaged, or has parts that the library does not know
 */
export function readHuggingFaceTokenizer(text: string, options: HuggingFaceTokenizerOptions = {}): Tokenizer {
  const { end = [], source = "tokenizer.json" } = options;
  const { file, spaceBefore } = withoutSpace(parse(text, source));
  const library = load(file, source);
  const encode = (given: string, special: boolean) =>
    given === "" && !special ? [] : library.encode(given, { add_special_tokens: special }).ids;
  const size = 1 + Math.max(-1, ...[...library.get_vocab(true).values()]);
  return {
    size,
    begin: beginOf(encode),
    end,
    ...(spaceBefore && { spaceBefore }),
    encode: (given) => encode(given, false),
    decode: (tokens) => {
      // Models may have more rows than there are tokens.
      const known = Array.from(tokens).filter((token) => library.id_to_token(token) !== undefined);
      if (known.length === 0) return "";
      return library.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    },
  };
}

function parse(text: string, source: string): Json {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new CajalError("bad-file", `${source} is not JSON`, { advice: "Fetch the file again.", cause });
  }
  if (!isObject(file) || !isObject(file.model))
    throw new CajalError("bad-file", `${source} is no tokenizer: it says nothing of a model`, {
      advice: "It should be the tokenizer.json of a Hugging Face model.",
    });
  return file;
}

function load(file: Json, source: string): Library {
  try {
    return new Library(file, {});
  } catch (cause) {
    throw new CajalError("bad-file", `${source} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      advice: "It is damaged, or has parts that @huggingface/tokenizers does not know.",
      cause,
    });
  }
}

/** What stands before the text's own tokens when marks are added. */
function beginOf(encode: (given: string, special: boolean) => number[]): number[] {
  const plain = encode("a", false);
  const marked = encode("a", true);
  const at = marked.findIndex((_, i) => plain.every((token, k) => marked[i + k] === token));
  return marked.slice(0, Math.max(0, at));
}

/** The file without the rules that put a space before a text and take it off again. */
function withoutSpace(file: Json): { file: Json; spaceBefore: Tokenizer["spaceBefore"] } {
  let spaceBefore: Tokenizer["spaceBefore"];
  const rules = (part: unknown, change: (rule: Json) => Json | undefined): unknown => {
    if (!isObject(part)) return part;
    const list = ["normalizers", "pretokenizers", "decoders"].find((name) => Array.isArray(part[name]));
    if (list === undefined) return change(part) ?? null;
    return {
      ...part,
      [list]: (part[list] as unknown[]).map((rule) => rules(rule, change)).filter((rule) => rule !== null),
    };
  };
  const normalizer = rules(file.normalizer, (rule) => {
    if (rule.type !== "Prepend") return rule;
    spaceBefore = "always";
    return undefined;
  });
  const preTokenizer = rules(file.pre_tokenizer, (rule) => {
    const metaspace = rule.type === "Metaspace";
    const adds = metaspace
      ? (rule.prepend_scheme ?? (rule.add_prefix_space === false ? "never" : "always")) !== "never"
      : rule.add_prefix_space === true;
    if (!adds) return rule;
    spaceBefore ??= "unless-there";
    return { ...rule, add_prefix_space: false, ...(metaspace && { prepend_scheme: "never" }) };
  });
  const decoder = rules(file.decoder, (rule) => {
    if (rule.type === "Strip" && rule.content === " ") return undefined;
    return rule.type === "Metaspace" ? { ...rule, add_prefix_space: false, prepend_scheme: "never" } : rule;
  });
  return { file: { ...file, normalizer, pre_tokenizer: preTokenizer, decoder }, spaceBefore };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
