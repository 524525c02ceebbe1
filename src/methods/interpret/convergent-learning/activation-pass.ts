/** @file One pass over the data: all nets see each batch once, and their layers come out as samples that stand side by side. */

import { CajalError, Rng } from "../../../graph/index.ts";
import { LayerRunner, readBatches, type Sample, type SampleSet } from "../../../probe/index.ts";
import { InputHashes } from "./input-hashes.ts";
import { checkFits, checkSameInputs } from "./same-inputs.ts";
import { type Positions, type Source, samplesAt } from "./tap.ts";

/** A layer at certain positions. */
export interface View {
  readonly source: Source;
  readonly positions: Positions;
}

export interface PassOptions {
  /** Samples of each unit, at most: of larger maps, positions are drawn at random, for each input anew. Default 200,000. */
  readonly maxSamples?: number;
  /** Of the positions. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Samples of one batch of inputs. */
export interface PassBatch {
  readonly indices: readonly number[];
  /** Of the inputs that have one. */
  readonly labels: readonly string[];
  /** Samples of each unit, by view. */
  readonly counts: readonly number[];
  /** Of each view: [samples, units], row by row. */
  readonly rows: readonly Float64Array[];
}

/** Inputs in their order; nets that see the same ones share a feed, so that each is read once. */
interface Feed {
  readonly set: SampleSet;
  readonly order: Int32Array | undefined;
}

interface Net {
  readonly feed: number;
  /** Of positions; undefined where positions are those of all. */
  readonly shuffled: number | undefined;
  readonly runner: LayerRunner<Record<string, ReturnType<typeof samplesAt>>>;
  /** Numbers of the views that this net gives. */
  readonly views: readonly number[];
}

const defaultSamples = 200_000;
/** So many inputs are read again at the end, to see that they are what they were. */
const readAgain = 4;

/** Samples of each unit that a pass gives, if all inputs can be read. */
export function samplesOfPass({ rows, columns }: Positions, inputs: number, maxSamples = defaultSamples): number {
  return inputs * perInput(rows * columns, inputs, maxSamples);
}

function perInput(cells: number, inputs: number, maxSamples: number): number {
  return Math.min(cells, Math.max(1, Math.floor(maxSamples / inputs)));
}

/** What several nets do on the same inputs, read in one or more passes. */
export class ActivationPass {
  private readonly views: readonly View[];
  private readonly data: SampleSet;
  private readonly options: PassOptions;
  private readonly feeds: readonly Feed[];
  private readonly nets: readonly Net[];
  private readonly hashes = new InputHashes();

  /** @throws CajalError `shape`, `argument` when the nets cannot be shown the same data */
  constructor(views: readonly View[], data: SampleSet, options: PassOptions) {
    this.views = views;
    this.data = data;
    this.options = options;
    const feeds: Feed[] = [];
    const nets = new Map<string, { feed: number; views: number[] }>();
    const models: Source["tap"]["model"][] = [];
    for (const [v, { source }] of views.entries()) {
      const { model, shuffled } = source.tap;
      const set = source.tap.samples ?? data;
      checkSameInputs(set, data);
      const order = shuffled === undefined ? undefined : new Rng(shuffled).permutation(data.length);
      let feed = feeds.findIndex((f) => f.set === set && sameOrder(f.order, order));
      if (feed < 0) feed = feeds.push({ set, order }) - 1;
      if (!models.includes(model)) models.push(model);
      const key = `${models.indexOf(model)} ${feed}`;
      const net = nets.get(key) ?? { feed, views: [] };
      net.views.push(v);
      nets.set(key, net);
    }
    this.feeds = feeds;
    checkFits(
      views.map(({ source }) => source.tap),
      data,
    );
    this.nets = [...nets.values()].map((net) => this.openNet(net.feed, net.views));
  }

  private openNet(feed: number, numbers: readonly number[]): Net {
    const { source } = this.views[numbers[0]];
    const layers = [
      ...new Map(numbers.map((v) => [this.views[v].source.layer.name, this.views[v].source.layer])).values(),
    ];
    const runner = new LayerRunner(source.tap.model, layers, (value, layer) => {
      const wanted = numbers.filter((v) => this.views[v].source.layer.name === layer.name);
      return Object.fromEntries(wanted.map((v) => [String(v), samplesAt(value, this.views[v].positions)]));
    });
    return { feed, shuffled: source.tap.shuffled, runner, views: numbers };
  }

  /** One pass. @throws CajalError `argument` when an input is not what it was in the pass before, `no-data` when none could be read */
  async *batches(): AsyncGenerator<PassBatch> {
    const { signal, onProgress } = this.options;
    const bundle = {
      nameOf: (index: number) => this.data.nameOf(index),
      get: (index: number) => Promise.all(this.feeds.map((feed) => this.read(feed, index))),
    };
    const all = Array.from({ length: this.data.length }, (_, i) => i);
    const size = Math.min(...this.nets.map(({ runner }) => runner.batch));
    let [read, lost, reason] = [0, 0, ""];
    const skip = (skipped: { readonly reason: string }) => {
      lost++;
      reason = skipped.reason;
    };
    for await (const { indices, samples } of readBatches(bundle, all, size, skip, signal)) {
      yield await this.run(indices, samples);
      read += indices.length;
      onProgress?.(read + lost, this.data.length);
    }
    if (read === 0)
      throw new CajalError("no-data", `none of the ${this.data.length} samples could be read`, { advice: reason });
    for await (const { indices, samples } of readBatches(bundle, all.slice(0, readAgain), readAgain, skip, signal))
      this.checkInputs(indices, samples);
  }

  release(): Promise<unknown> {
    return Promise.all(this.nets.map(({ runner }) => runner.release()));
  }

  private read({ set, order }: Feed, index: number): Promise<Sample> {
    return set.get(order?.[index] ?? index);
  }

  private checkInputs(indices: readonly number[], samples: readonly (readonly Sample[])[]): void {
    for (const [i, index] of indices.entries())
      for (const [feed, { input }] of samples[i].entries())
        this.hashes.check(feed, index, this.data.nameOf(index), input);
  }

  private async run(indices: readonly number[], samples: readonly (readonly Sample[])[]): Promise<PassBatch> {
    this.checkInputs(indices, samples);
    const rows: Float64Array[] = this.views.map(() => new Float64Array(0));
    const counts: number[] = this.views.map(() => 0);
    for (const { feed, shuffled, runner, views } of this.nets) {
      const found = await runner.run(samples.map((ofFeeds) => ofFeeds[feed]));
      for (const v of views) {
        const { source, positions } = this.views[v];
        const { data } = found[source.layer.name][String(v)];
        const chosen = this.positionsFor(indices, positions, shuffled);
        counts[v] = chosen.reduce((sum, { length }) => sum + length, 0);
        rows[v] = gathered(data as Float32Array, positions.rows * positions.columns, source.layer.units, chosen);
        const wrong = rows[v].findIndex((value) => !Number.isFinite(value));
        if (wrong >= 0)
          throw new CajalError("not-finite", `${source.name}:${wrong % source.layer.units} is ${rows[v][wrong]}`, {
            advice: "Look whether the inputs are prepared as this model wants them.",
          });
      }
    }
    const labels = samples.flatMap((ofFeeds) => ofFeeds.flatMap(({ label }) => (label === undefined ? [] : [label])));
    return { indices, labels, counts, rows };
  }

  /** Which positions of each input are samples: the same ones in all nets, except where they are to be shuffled. */
  private positionsFor(
    indices: readonly number[],
    { rows, columns }: Positions,
    shuffled: number | undefined,
  ): ArrayLike<number>[] {
    const { maxSamples = defaultSamples, seed = 0 } = this.options;
    const cells = rows * columns;
    const take = perInput(cells, this.data.length, maxSamples);
    if (take === cells && shuffled === undefined) {
      const every = Array.from({ length: cells }, (_, cell) => cell);
      return indices.map(() => every);
    }
    const rng = new Rng(seed).split(shuffled === undefined ? "positions" : `positions shuffled ${shuffled}`);
    return indices.map((index) => rng.split(index).permutation(cells).subarray(0, take));
  }
}

function sameOrder(a: Int32Array | undefined, b: Int32Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.every((index, i) => index === b[i]));
}

/** The rows of the chosen positions. @param data [inputs or more, cells, units] */
function gathered(
  data: Float32Array,
  cells: number,
  units: number,
  chosen: readonly ArrayLike<number>[],
): Float64Array<ArrayBuffer> {
  const count = chosen.reduce((sum, { length }) => sum + length, 0);
  const rows = new Float64Array(count * units);
  let at = 0;
  for (const [i, positions] of chosen.entries())
    for (let k = 0; k < positions.length; k++, at += units) {
      const from = (i * cells + positions[k]) * units;
      rows.set(data.subarray(from, from + units), at);
    }
  return rows;
}
