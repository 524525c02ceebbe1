/** @file Reads a text without a cache: from its start each time. For networks whose edits are no part of their file. */

import { type Compiled, Tensor, type Value } from "../../graph/index.ts";
import type { Weights } from "./language-model.ts";
import { type Reader, roomFor, type TextNetwork } from "./network.ts";

/** Fewest steps that graphs are made for. */
const leastSteps = 8;

export class TracedReader implements Reader {
  private readonly network: TextNetwork;
  private readonly run: Compiled<[Weights<Value>, Value, Value], Value>;
  private readonly text: number[] = [];

  /** @param run the logits [batch, steps, vocabulary] of tokens and their presence */
  constructor(network: TextNetwork, run: Compiled<[Weights<Value>, Value, Value], Value>) {
    this.network = network;
    this.run = run;
  }

  async read(tokens: readonly number[]): Promise<Tensor> {
    this.text.push(...tokens);
    const { text, network } = this;
    const { batch = 1, steps: fixed } = network.fixed ?? {};
    const limit = network.context ?? Number.POSITIVE_INFINITY;
    const steps = fixed ?? (network.causal ? roomFor(text.length, leastSteps, limit) : text.length);
    const row = (value: (step: number) => number) =>
      Tensor.of(
        Array.from({ length: batch * steps }, (_, i) => value(i % steps)),
        [batch, steps],
        "int64",
      );
    const { data, shape } = await this.run(
      network.weights,
      row((step) => text[Math.min(step, text.length - 1)]),
      row((step) => (step < text.length ? 1 : 0)),
    );
    const vocabulary = shape[shape.length - 1];
    const first = (text.length - 1) * vocabulary;
    return new Tensor("float32", [vocabulary], data.slice(first, first + vocabulary));
  }
}
