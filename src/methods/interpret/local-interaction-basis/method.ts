/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import { graphFigure, pictureCurves, publishedCurves, waveFigure } from "./experiment/figures.ts";
import { identities } from "./experiment/identities.ts";
import { type Options, options, quick } from "./experiment/options.ts";
import { ownTransformer } from "./experiment/own-transformer.ts";
import { pictureNetwork } from "./experiment/pictures.ts";
import { publishedNetwork } from "./experiment/published.ts";
import {
  edgesName,
  keptBars,
  keptName,
  reportIdentities,
  reportOwn,
  reportPictures,
  reportPublished,
} from "./experiment/report.ts";

const everySeed = { over: "every seed" } as const;

/** What the authors released, in the order of the bars. */
const releasedAccuracies = [0.554, 0.881, 0.921, 0.983, 0.469, 0.61, 0.838, 0.986, 0.653, 0.978, 0.998];
const releasedEdges = { lib: [133, 82, 633], pca: [167, 114, 682] } as const;

export default defineMethod({
  slug: "local-interaction-basis",
  family: "interpret",
  paper: {
    title:
      "The Local Interaction Basis: Identifying Computationally-Relevant and Sparsely Interacting Features in Neural Networks",
    authors: "L. Bushnaq, S. Heimersheim, N. Goldowsky-Dill, D. Braun, J. Mendel, K. Hänni, et al.",
    year: 2024,
    arxiv: "2405.10928",
    code: "https://github.com/ApolloResearch/rib",
  },
  summary:
    "finds, for a chain of your model's tensors, bases in which directions without effect are gone and the others are ordered by it, and the sparse graph of which direction acts on which",
  options,
  quick,
  data: ["modular-addition-lib", "cifar10"],
  bars: [
    ...keptBars.map(([node, basis, kept], i) => ({
      metric: keptName(basis, node, kept),
      atLeast: round(releasedAccuracies[i] - 0.01),
      atMost: round(releasedAccuracies[i] + 0.01),
      paper: releasedAccuracies[i],
      ...everySeed,
    })),
    ...(["lib", "pca"] as const).flatMap((basis) =>
      releasedEdges[basis].map((edges, gap) => ({
        metric: edgesName(basis, gap),
        atLeast: Math.ceil(edges * 0.96),
        atMost: Math.floor(edges * 1.04),
        paper: edges,
        ...everySeed,
      })),
    ),
    { metric: "covariance of coordinates: largest error over the largest Λ", atMost: 1e-8, ...everySeed },
    { metric: "squared Jacobian in the basis: largest error from the identity", atMost: 1e-2, ...everySeed },
    { metric: "disguised nodes: relative change of LIB edges", atMost: 1e-3, ...everySeed },
    { metric: "disguised nodes: relative change of PCA edges", atLeast: 0.1, ...everySeed },
    { metric: "all directions kept: relative error of activations", atMost: 1e-6, ...everySeed },
    { metric: "all directions kept: relative error of logits", atMost: 1e-6, ...everySeed },
    { metric: "completeness: relative error of the sum of attributions", atMost: 1e-3, ...everySeed },
    {
      metric: "B: directions after attention, LIB less PCA",
      atMost: 1,
      paper: "fewer edges of the first gap in 4 of 5 seeds",
    },
    { metric: "C: directions of the first hidden layer, LIB over PCA", atMost: 0.85, paper: "fewer" },
    { metric: "C: directions of the second hidden layer, LIB over PCA", atMost: 0.7, paper: "fewer" },
    {
      metric: "C: LIB directions of the second hidden layer above 1e-8 of the first",
      atMost: 10,
      ...everySeed,
      paper: "the rank of the head",
    },
    { metric: "C: PCA directions of the second hidden layer above 1e-8 of the first", atLeast: 40, ...everySeed },
  ],
  run: experiment,
});

function round(value: number): number {
  return Number(value.toFixed(3));
}

async function experiment(given: Options, run: Run): Promise<void> {
  reportIdentities(run, await run.part("identities", ({ rng }) => identities(rng)));

  const published = await publishedNetwork(run, given);
  reportPublished(run, published);
  run.figure("interaction graph", graphFigure(published));
  run.figure("directions kept by the transformer", publishedCurves(published));
  run.figure("waves", waveFigure(published));

  reportOwn(run, await ownTransformer(run, given));

  const pictures = await pictureNetwork(run, given);
  reportPictures(run, pictures);
  run.figure("directions kept by the MLP", pictureCurves(pictures));
}
