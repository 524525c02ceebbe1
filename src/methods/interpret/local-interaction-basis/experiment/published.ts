/** @file Part A: the authors' own transformer, measured as they did, beside what they found. */

import {
  loadModularAddition,
  loadPublishedAblations,
  modularSums,
  type PublishedAblations,
} from "../../../../data/index.ts";
import type { Run } from "../../../run.ts";
import { accuracyAt, coordinatesOf, type InteractionGraph, type LibLayer, type Minimal, scoreOf } from "../index.ts";
import { type Basis, bases, type Curve, fewestEdges, graphIn, layersIn, nodeCurve, type Subject } from "./measure.ts";
import type { Options } from "./options.ts";
import { fromTransformerLens, openedTransformer, sumBatches, transformerNodes } from "./transformer.ts";

/** As the published results name the nodes. */
export const publishedNames = ["ln1.0", "ln2.0", "unembed"] as const;
export const nodeNames = ["before attention", "after attention", "before unembedding"] as const;

const tolerance = 0.001;
/** Directions of a node whose activation is drawn over all sums. */
const drawn = 3;

export interface PublishedNetwork {
  readonly accuracy: number;
  /** By basis and node. */
  readonly curves: Readonly<Record<Basis, readonly Curve[]>>;
  /** By gap. */
  readonly edges: Readonly<Record<"lib" | "pca", readonly Minimal[]>>;
  readonly graph: InteractionGraph;
  readonly published: Readonly<Record<"lib" | "pca", PublishedAblations>>;
  readonly modulus: number;
  /** The first directions of the last two hidden nodes, without the constant one. */
  readonly waves: readonly Wave[];
}

export interface Wave {
  readonly name: string;
  /** The coordinate over all sums, [a][b]. */
  readonly values: Float64Array;
}

export async function publishedNetwork(run: Run, { trainSums, testSums, kept }: Options): Promise<PublishedNetwork> {
  const { weights, modulus, train, test } = await loadModularAddition(run.data);
  const model = openedTransformer(fromTransformerLens(weights), "the published transformer");
  const subject: Subject = {
    name: "A",
    model,
    nodes: transformerNodes,
    train: sumBatches(train.slice(0, trainSums), modulus, 400),
    test: sumBatches(test.slice(0, testSums), modulus, 1300),
    score: accuracyAt("logits"),
  };
  const layers: Partial<Record<Basis, LibLayer[]>> = {};
  const curves: Partial<Record<Basis, Curve[]>> = {};
  for (const basis of bases) {
    const found = await layersIn(run, subject, basis);
    layers[basis] = found;
    curves[basis] = [];
    for (const node of nodeNames.keys())
      curves[basis].push(await nodeCurve(run, subject, { basis, layers: found }, node, kept));
  }
  const { lib, pca } = layers as Record<Basis, LibLayer[]>;
  const graph = await graphIn(run, subject, { basis: "lib", layers: lib });
  const edgesOf = async (basis: "lib" | "pca", of: InteractionGraph) => {
    const found: Minimal[] = [];
    for (const gap of nodeNames.keys())
      found.push(await fewestEdges(run, subject, basis, of, gap, tolerance, halved(of, gap)));
    return found;
  };
  return {
    accuracy: await scoreOf(model, subject.test, subject.score, { compile: run.compile }),
    curves: curves as PublishedNetwork["curves"],
    edges: {
      lib: await edgesOf("lib", graph),
      pca: await edgesOf("pca", await graphIn(run, subject, { basis: "pca", layers: pca })),
    },
    graph,
    published: {
      lib: await loadPublishedAblations(run.data, "rib"),
      pca: await loadPublishedAblations(run.data, "pca"),
    },
    modulus,
    waves: await run.part("A: directions over all sums", async () => [
      ...(await waves(subject, lib[1], "after attention", modulus)),
      ...(await waves(subject, lib[2], "after MLP", modulus)),
    ]),
  };
}

/**
 * The authors halve the product of both nodes' units, the constants among them (the logits have none), whatever was dropped. The accuracy does
 * not fall evenly, so that other numbers would find another one: 130 edges of the first gap suffice, 131 and 132 do not.
 */
function halved({ layers }: InteractionGraph, gap: number): number {
  const [before, after] = [layers[gap].C.rows, layers[gap + 1].C.rows];
  return before * (gap === nodeNames.length - 1 ? after - 1 : after);
}

async function waves({ model }: Subject, layer: LibLayer, place: string, modulus: number): Promise<Wave[]> {
  const { train: sums } = modularSums(modulus, 1, 0);
  const inOrder = [...sums].sort((x, y) => x.a - y.a || x.b - y.b);
  const [all] = sumBatches(inOrder, modulus, sums.length);
  const values = (await coordinatesOf(model, layer, all)).numbers();
  const r = layer.lambda.length;
  return Array.from({ length: Math.min(drawn, r - 1) }, (_, i) => ({
    name: `${place}, ${i + 1}`,
    values: Float64Array.from({ length: sums.length }, (_, n) => values[n * r + 1 + i]),
  }));
}
