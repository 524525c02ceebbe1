/** @file What a text model needs of a tokenizer. */

export interface Tokenizer {
  /** How many tokens there are. */
  readonly size: number;
  /** The tokens of a text, exactly as it stands: no space or mark is added. */
  encode(text: string): number[];
  /** The text of tokens, exactly: marks such as <s> have none. Bytes that are no whole character become U+FFFD. */
  decode(tokens: Iterable<number>): string;
  /** What every text begins with, such as <s>. Default: nothing. */
  readonly begin?: readonly number[];
  /** The tokens that end a text. Default: none. */
  readonly end?: readonly number[];
  /** Whether a text is read as if a space stood before it: always, or unless one is there. Default: not. */
  readonly spaceBefore?: "always" | "unless-there";
}

/** The tokens of a text by itself: with those that begin every text, and the space before it that the model is used to. */
export function encodeText(tokenizer: Tokenizer, text: string): number[] {
  const { begin = [], spaceBefore } = tokenizer;
  const spaced = text !== "" && (spaceBefore === "always" || (spaceBefore === "unless-there" && !text.startsWith(" ")));
  return [...begin, ...tokenizer.encode(spaced ? ` ${text}` : text)];
}

/** What is written without a space before it: closing marks, and what English takes off words ("n't", "'s"). */
const attached = /^(?:[.,;:!?%)\]}”’]|'|n't$)/i;

/** The tokens of each word of running text: with a space before it, unless it is a mark that closes or part of a word. */
export function tokenizeWords(tokenizer: Tokenizer, words: readonly string[]): number[][] {
  return words.map((word) => tokenizer.encode(attached.test(word) ? word : ` ${word}`));
}

/** Text from tokens as they come: a character whose bytes are spread over tokens waits for the last of them. */
export class TextStream {
  private readonly tokenizer: Tokenizer;
  private waiting: number[] = [];

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The text that is complete with this token: "" while bytes are missing. */
  push(token: number): string {
    this.waiting.push(token);
    const text = this.tokenizer.decode(this.waiting);
    // No character has more than four bytes.
    if (text.endsWith("\uFFFD") && this.waiting.length < 4) return "";
    this.waiting = [];
    return text;
  }
}
