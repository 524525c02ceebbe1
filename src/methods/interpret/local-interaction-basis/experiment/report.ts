/** @file What the experiment says: metrics and tables. */

import type { Run, Table } from "../../../run.ts";
import type { Identities } from "./identities.ts";
import { type Basis, bases, type InAllBases } from "./measure.ts";
import type { OwnNetwork } from "./own-transformer.ts";
import type { PictureNetwork } from "./pictures.ts";
import { nodeNames, type PublishedNetwork, publishedNames } from "./published.ts";

const short: Readonly<Record<Basis, string>> = { lib: "LIB", pca: "PCA", neuron: "neurons" };
const gapNames = ["first", "second", "third"] as const;

export function reportIdentities(run: Run, found: Identities): void {
  run.metric("covariance of coordinates: largest error over the largest Λ", found.white);
  run.metric("squared Jacobian in the basis: largest error from the identity", found.jacobian);
  run.metric("disguised nodes: relative change of LIB edges", found.libChange);
  run.metric("disguised nodes: relative change of PCA edges", found.pcaChange);
  run.metric("all directions kept: relative error of activations", found.roundTrip);
  run.metric("all directions kept: relative error of logits", found.logits);
  run.metric("completeness: relative error of the sum of attributions", found.completeness);
}

/** "A: accuracy with 9 LIB directions after attention" */
export const keptName = (basis: "lib" | "pca", node: number, kept: number): string =>
  `A: accuracy with ${kept} ${short[basis]} directions ${nodeNames[node]}`;

/** "A: LIB edges of the first gap" */
export const edgesName = (basis: "lib" | "pca", gap: number): string =>
  `A: ${short[basis]} edges of the ${gapNames[gap]} gap`;

/** Of the bars: node, basis, directions kept. */
export const keptBars = [
  ...[9, 11, 13, 15].map((kept) => [1, "lib", kept] as const),
  ...[9, 11, 13, 15].map((kept) => [1, "pca", kept] as const),
  ...[6, 7, 8].map((kept) => [2, "lib", kept] as const),
];

export function reportPublished(run: Run, found: PublishedNetwork): void {
  run.metric("A: accuracy", found.accuracy);
  for (const [node, basis, kept] of keptBars) {
    const point = found.curves[basis][node].find(([k]) => k === kept);
    if (point !== undefined) run.metric(keptName(basis, node, kept), point[1]);
  }
  for (const basis of ["lib", "pca"] as const)
    for (const [gap, { k }] of found.edges[basis].entries()) run.metric(edgesName(basis, gap), k, { unit: "edges" });
  run.table("published nodes", nodeTable(found));
  run.table("published edges", {
    columns: ["gap", "basis", "edges", "edges (paper)"],
    rows: (["lib", "pca"] as const).flatMap((basis) =>
      found.edges[basis].map(({ k }, gap) => [
        `behind "${nodeNames[gap]}"`,
        short[basis],
        k,
        found.published[basis].edges[publishedNames[gap]] ?? null,
      ]),
    ),
    caption:
      "Edges that keep the test accuracy of the published transformer within .001; those out of the constant direction are free.",
  });
}

function nodeTable({ curves, published }: PublishedNetwork): Table {
  return {
    columns: ["node", "kept", "LIB", "LIB (paper)", "PCA", "PCA (paper)", "neurons"],
    rows: nodeNames.flatMap((name, node) => {
      const at = (basis: Basis, kept: number) => curves[basis][node].find(([k]) => k === kept)?.[1] ?? null;
      const paper = (basis: "lib" | "pca", kept: number) => published[basis].nodes[publishedNames[node]][kept] ?? null;
      return curves.lib[node]
        .filter(([kept]) => kept >= 5 && kept <= 17)
        .map(([kept, score]) => [
          name,
          kept,
          score,
          paper("lib", kept),
          at("pca", kept),
          paper("pca", kept),
          at("neuron", kept),
        ]);
    }),
    caption:
      "Test accuracy of the published transformer by the directions that are kept of one node, the constant one counted.",
  };
}

export function reportOwn(run: Run, found: OwnNetwork): void {
  run.metric("B: test accuracy", found.accuracy);
  run.metric("B: steps of training", found.steps);
  const [lib, pca] = [found.nodes.lib[1].k, found.nodes.pca[1].k];
  run.metric("B: directions after attention, LIB less PCA", lib - pca);
  reportFewest(run, "B", ["before attention", "after attention", "before unembedding"], found);
}

export function reportPictures(run: Run, found: PictureNetwork): void {
  run.metric("C: test accuracy", found.accuracy);
  const ratio = (node: number) => found.nodes.lib[node].k / found.nodes.pca[node].k;
  run.metric("C: directions of the first hidden layer, LIB over PCA", ratio(0));
  run.metric("C: directions of the second hidden layer, LIB over PCA", ratio(1));
  run.metric("C: LIB directions of the second hidden layer above 1e-8 of the first", found.relevant.lib);
  run.metric("C: PCA directions of the second hidden layer above 1e-8 of the first", found.relevant.pca);
  reportFewest(run, "C", ["first hidden layer", "second hidden layer"], found);
}

function reportFewest(run: Run, part: string, names: readonly string[], { nodes, edges }: InAllBases): void {
  for (const basis of bases)
    for (const [i, name] of names.entries()) {
      run.metric(`${part}: ${short[basis]} directions, ${name}`, nodes[basis][i].k);
      run.metric(`${part}: ${short[basis]} edges behind it, ${name}`, edges[basis][i].k);
    }
  run.table(`fewest, part ${part}`, {
    columns: ["node", "basis", "directions", "edges behind it"],
    rows: names.flatMap((name, i) => bases.map((basis) => [name, short[basis], nodes[basis][i].k, edges[basis][i].k])),
    caption: `What keeps the test accuracy of part ${part} within one point: directions (the constant one counted), and edges to the next node (those out of the constant direction are free).`,
  });
}
