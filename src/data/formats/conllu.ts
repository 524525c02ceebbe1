/**
 * @file CoNLL-U, the format of treebanks (universaldependencies.org/format.html): one word a line in ten columns, sentences apart by blank
 * lines, comments behind "#".
 */

import { CajalError } from "../../graph/index.ts";

/** A word of a sentence: what the columns say. An underscore (nothing said) is undefined, but for the form, which may be one. */
export interface TreeWord {
  readonly form: string;
  readonly lemma: string | undefined;
  /** The universal part of speech: "NOUN", "VERB", … */
  readonly upos: string | undefined;
  /** The treebank's own part of speech: "NNS". */
  readonly xpos: string | undefined;
  readonly features: ReadonlyMap<string, string>;
  /** The number of the word it depends on, from 1; 0 for the root. */
  readonly head: number | undefined;
  /** "nsubj", "obl:tmod", … */
  readonly relation: string | undefined;
  /** The enhanced dependencies, as written. */
  readonly enhanced: string | undefined;
  readonly misc: ReadonlyMap<string, string>;
}

/** Several words that are written as one: "it's" of "it" and "'s". */
export interface WrittenWord {
  readonly form: string;
  /** Numbers of words, from 1, both included. */
  readonly first: number;
  readonly last: number;
  readonly misc: ReadonlyMap<string, string>;
}

/** A word that is not there in the text, but in the enhanced graph: it stands behind word `after`. */
export interface EmptyNode extends TreeWord {
  readonly after: number;
}

export interface TreeSentence {
  /** Comments "key = value"; other comments have themselves as key and an empty value. */
  readonly comments: ReadonlyMap<string, string>;
  /** Word number n is `words[n - 1]`. */
  readonly words: readonly TreeWord[];
  readonly written: readonly WrittenWord[];
  readonly empty: readonly EmptyNode[];
}

const columnCount = 10;

/**
 * The sentences of a CoNLL-U text.
 * @param source what messages call the text
 * @throws CajalError `bad-file` with the line: wrong number of columns, numbers out of order, a head that is no word of the sentence
 */
export function parseConllu(text: string, source = "the text"): TreeSentence[] {
  const sentences: TreeSentence[] = [];
  let lines: NumberedLine[] = [];
  const finish = () => {
    if (lines.length > 0) sentences.push(sentenceOf(lines, source));
    lines = [];
  };
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") finish();
    else lines.push({ number: i + 1, line });
  }
  finish();
  return sentences;
}

interface NumberedLine {
  readonly number: number;
  readonly line: string;
}

function sentenceOf(lines: readonly NumberedLine[], source: string): TreeSentence {
  const comments = new Map<string, string>();
  const words: TreeWord[] = [];
  const written: WrittenWord[] = [];
  const empty: EmptyNode[] = [];
  for (const { number, line } of lines) {
    const fail = (what: string) =>
      new CajalError("bad-file", `${source}, line ${number}: ${what}`, {
        advice: "It is not CoNLL-U, or was damaged by an editor that changes tabs.",
      });
    if (line.startsWith("#")) {
      const [key, ...value] = line.slice(1).split("=");
      comments.set(key.trim(), value.join("=").trim());
      continue;
    }
    const columns = line.split("\t");
    if (columns.length !== columnCount) throw fail(`${columns.length} columns, not ${columnCount}`);
    const [id, form] = columns;
    if (/^\d+$/.test(id)) {
      if (Number(id) !== words.length + 1) throw fail(`word ${id} follows word ${words.length}`);
      words.push(wordOf(columns, fail));
    } else if (/^\d+-\d+$/.test(id)) {
      const [first, last] = id.split("-").map(Number);
      if (first !== words.length + 1 || last < first) throw fail(`words ${id} begin behind word ${words.length}`);
      written.push({ form, first, last, misc: pairsOf(columns[9]) });
    } else if (/^\d+\.\d+$/.test(id)) {
      empty.push({ ...wordOf(columns, fail), after: words.length });
    } else throw fail(`"${id}" is no number of a word`);
  }
  check(words, written, lines[0].number, source);
  return { comments, words, written, empty };
}

function wordOf(columns: readonly string[], fail: (what: string) => CajalError): TreeWord {
  const [, form, lemma, upos, xpos, features, head, relation, enhanced, misc] = columns;
  if (form === "") throw fail("a word without a form");
  if (head !== "_" && !/^\d+$/.test(head)) throw fail(`the head "${head}" is no number`);
  return {
    form,
    // A lemma of "_" is one when the word is an underscore itself.
    lemma: lemma === "_" && form !== "_" ? undefined : lemma,
    upos: said(upos),
    xpos: said(xpos),
    features: pairsOf(features),
    head: head === "_" ? undefined : Number(head),
    relation: said(relation),
    enhanced: said(enhanced),
    misc: pairsOf(misc),
  };
}

function said(column: string): string | undefined {
  return column === "_" ? undefined : column;
}

/** "A=x|B=y". */
function pairsOf(column: string): Map<string, string> {
  const pairs = column === "_" ? [] : column.split("|");
  return new Map(
    pairs.map((pair) => {
      const [key, ...value] = pair.split("=");
      return [key, value.join("=")];
    }),
  );
}

function check(words: readonly TreeWord[], written: readonly WrittenWord[], line: number, source: string): void {
  const fail = (what: string) => new CajalError("bad-file", `${source}, sentence at line ${line}: ${what}`);
  for (const [i, { head }] of words.entries())
    if (head !== undefined && head > words.length)
      throw fail(`word ${i + 1} depends on word ${head} of ${words.length}`);
  for (const { form, last } of written)
    if (last > words.length) throw fail(`"${form}" reaches to word ${last} of ${words.length}`);
}
