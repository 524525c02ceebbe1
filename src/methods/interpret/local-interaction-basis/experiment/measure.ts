/** @file A network in several bases: bases, graphs, how few directions and edges keep what it can do. Each piece is a part of the run. */

import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import {
  ablateNodes,
  type Batch,
  type InteractionGraph,
  interactionEdges,
  type LibLayer,
  localInteractionBasis,
  type Minimal,
  minimalEdges,
  minimalNodes,
  type Rule,
  type Score,
  scoreOf,
} from "../index.ts";

export const bases = ["lib", "pca", "neuron"] as const;

export type Basis = (typeof bases)[number];

export interface Subject {
  /** "A": what its parts and metrics begin with. */
  readonly name: string;
  readonly model: Model;
  readonly nodes: readonly string[];
  /** Bases and edges are taken on these, scores on the others. */
  readonly train: readonly Batch[];
  readonly test: readonly Batch[];
  readonly score: Score;
  readonly rule?: Rule;
  readonly intervals?: number;
}

export interface InBasis {
  readonly basis: Basis;
  readonly layers: readonly LibLayer[];
}

/** Score by directions kept. */
export type Curve = readonly (readonly [kept: number, score: number])[];

const watched = (run: Run, stage: string) => ({
  signal: run.signal,
  compile: run.compile,
  onProgress: (part: string, done: number, total: number) => run.progress(`${stage}: ${part}`, done, total),
});

export function layersIn(run: Run, subject: Subject, basis: Basis): Promise<LibLayer[]> {
  const name = `${subject.name}: ${basis} basis`;
  return run.part(name, () =>
    localInteractionBasis(subject.model, subject.nodes, subject.train, { basis, ...watched(run, name) }),
  );
}

export function graphIn(run: Run, subject: Subject, { basis, layers }: InBasis): Promise<InteractionGraph> {
  const name = `${subject.name}: ${basis} edges`;
  const { rule = "gradient", intervals: n = 0 } = subject;
  return run.part(name, () =>
    interactionEdges(subject.model, layers, subject.train, { rule, n, ...watched(run, name) }),
  );
}

/** At one node, by directions kept: as many as there are where more are asked for. */
export function nodeCurve(
  run: Run,
  subject: Subject,
  { basis, layers }: InBasis,
  node: number,
  kept: readonly number[],
): Promise<Curve> {
  const { tensor, lambda } = layers[node];
  const name = `${subject.name}: ${basis} directions kept of ${tensor}`;
  return run.part(name, async () => {
    const curve: [number, number][] = [];
    for (const keep of new Set(kept.map((k) => Math.min(k, lambda.length)))) {
      const ablated = ablateNodes(subject.model, layers[node], keep);
      curve.push([keep, await scoreOf(ablated, subject.test, subject.score, watched(run, name))]);
      run.progress(name, curve.length, kept.length, "numbers of directions");
    }
    return curve;
  });
}

export function fewestNodes(
  run: Run,
  subject: Subject,
  { basis, layers }: InBasis,
  node: number,
  tolerance: number,
): Promise<Minimal> {
  const { tensor } = layers[node];
  const name = `${subject.name}: fewest ${basis} directions of ${tensor}`;
  return run.part(name, () =>
    minimalNodes(subject.model, layers[node], subject.test, subject.score, tolerance, watched(run, name)),
  );
}

/** @param most the number of edges that is halved. Default: all */
export function fewestEdges(
  run: Run,
  subject: Subject,
  basis: Basis,
  graph: InteractionGraph,
  gap: number,
  tolerance: number,
  most?: number,
): Promise<Minimal> {
  const name = `${subject.name}: fewest ${basis} edges behind ${graph.layers[gap].tensor}`;
  const options = { ...watched(run, name), ...(most !== undefined && { most }) };
  return run.part(name, () => minimalEdges(subject.model, graph, gap, subject.test, subject.score, tolerance, options));
}

export interface InAllBases {
  readonly layers: Readonly<Record<Basis, readonly LibLayer[]>>;
  /** By node but the last. */
  readonly nodes: Readonly<Record<Basis, readonly Minimal[]>>;
  /** By gap. */
  readonly edges: Readonly<Record<Basis, readonly Minimal[]>>;
  /** By node but the last. */
  readonly curves: Readonly<Record<Basis, readonly Curve[]>>;
}

/**
 * How few directions and edges suffice, in all bases.
 * @param within of the score
 * @param kept numbers of directions for the curves
 */
export async function inAllBases(
  run: Run,
  subject: Subject,
  within: number,
  kept: readonly number[] = [],
): Promise<InAllBases> {
  const found = { layers: {}, nodes: {}, edges: {}, curves: {} } as {
    layers: Record<Basis, LibLayer[]>;
    nodes: Record<Basis, Minimal[]>;
    edges: Record<Basis, Minimal[]>;
    curves: Record<Basis, Curve[]>;
  };
  for (const basis of bases) {
    const layers = await layersIn(run, subject, basis);
    const graph = await graphIn(run, subject, { basis, layers });
    found.layers[basis] = layers;
    for (const what of ["nodes", "edges", "curves"] as const) found[what][basis] = [];
    for (const gap of graph.edges.keys()) {
      found.nodes[basis].push(await fewestNodes(run, subject, { basis, layers }, gap, within));
      found.edges[basis].push(await fewestEdges(run, subject, basis, graph, gap, within));
      if (kept.length > 0) found.curves[basis].push(await nodeCurve(run, subject, { basis, layers }, gap, kept));
    }
  }
  return found;
}
