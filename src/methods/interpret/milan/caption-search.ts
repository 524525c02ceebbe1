/** @file A beam search that stops when every caption has ended. */

import { type Compiled, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { type BeamOptions, type Beams, beginSearch, continueSearch, type Search } from "./beam-search.ts";
import type { Decoder } from "./decoder.ts";

/** Words between two looks at which captions have ended. */
const wordsAtOnce = 2;

/** Finds what `beamSearch` finds; captions of four words cost four words, not the fifteen that they might have had. */
export class CaptionSearch {
  private readonly words: number;
  private readonly begin: Compiled<[Value], Search<Value>>;
  private readonly further: Compiled<[Search<Value>, Value], Search<Value>>;

  /** @param length most words of a caption */
  constructor(
    decoder: Decoder<Tensor>,
    options: BeamOptions & { readonly length: number },
    compileOptions: CompileOptions,
  ) {
    this.words = options.length + 1;
    this.begin = compile((features: Value) => beginSearch(decoder, features, options), compileOptions);
    this.further = compile(
      (search: Search<Value>, places: Value) => continueSearch(decoder, search, places, options),
      compileOptions,
    );
  }

  /** @param features [units, k, features]; the same number of units and regions each time costs no new graphs */
  async find(features: Tensor): Promise<Beams<Tensor>> {
    let search = await this.begin(features);
    for (let from = 0; from < this.words; from += wordsAtOnce) {
      const places = Array.from({ length: wordsAtOnce }, (_, i) => from + i);
      search = await this.further(search, Tensor.of(places, [wordsAtOnce], "int64"));
      if (search.standing.ended.numbers().every((ended) => ended === 1)) break;
    }
    return search.standing;
  }

  async release(): Promise<void> {
    await Promise.all([this.begin.release(), this.further.release()]);
  }
}
