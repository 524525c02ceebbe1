/** @file What the experiment tells: metrics and tables. */

import type { Run } from "../../../run.ts";
import { type Arm, type ArmImages, arms, majorityDigits, purityOf, type Single, type UnitStudy } from "./arms.ts";
import { type Digits, pairs } from "./digits.ts";

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the bars call the starts. */
const words: Readonly<Record<Arm, string>> = {
  facets: "from facets",
  noise: "from noise",
  "unclustered means": "from unclustered means",
  "strongest image": "from the strongest image",
};

export function reportArms(run: Run, studies: readonly UnitStudy[], made: readonly ArmImages[], shown: Digits): void {
  run.metric("purity of clusters against the true digit, mean of units", meanOf(studies.map(purityOf)));
  const recall = (arm: Arm) => meanOf(made.filter((one) => one.arm === arm).map((one) => one.recall));
  for (const arm of arms) run.metric(`facet recall ${words[arm]}`, recall(arm));
  run.metric("facet recall, above that from noise", recall("facets") - recall("noise"));
  run.metric("facet recall, above that from unclustered means", recall("facets") - recall("unclustered means"));
  const several = studies.map(({ found }) => Number(found.nFacets > 1));
  run.metric("units of two digits that have more than one facet, share", meanOf(several));
  const own = made.filter(({ arm }) => arm === "facets");
  const agreed = own.flatMap(({ study, judged }) =>
    majorityDigits(study, shown).map((digit, facet) => Number(digit === judged[facet])),
  );
  run.metric("images that the judge takes for their facet's digit, share", meanOf(agreed));
  run.metric(
    "lowest percentile of a synthetic image among real ones",
    Math.min(...own.flatMap((one) => one.percentiles)),
    {
      unit: "%",
    },
  );
  run.table("units", {
    columns: [
      "unit",
      "purity",
      "facets by silhouette",
      "mean silhouette",
      ...arms.map((arm) => `recall ${words[arm]}`),
      "judge's digits",
    ],
    rows: studies.map((study) => {
      const ofUnit = (arm: Arm) => made.find((one) => one.arm === arm && one.study === study);
      return [
        study.name,
        purityOf(study),
        study.found.nFacets,
        study.found.silhouette,
        ...arms.map((arm) => ofUnit(arm)?.recall ?? null),
        ofUnit("facets")?.judged.join(" ") ?? null,
      ];
    }),
    caption: `Each unit of the merged net stands for two digits. Recall: the share of the two that an independent net sees among the unit's images.`,
  });
}

export function reportSingles(run: Run, singles: readonly Single[]): void {
  run.metric(
    "units of one digit that have one facet, share",
    meanOf(singles.map(({ nFacets }) => Number(nFacets === 1))),
  );
  run.table("units of one digit", {
    columns: ["digit", "facets", "largest mean silhouette", "narrowest bridge"],
    rows: singles.map(({ nFacets, silhouettes, bridges }, digit) => [
      digit,
      nFacets,
      Math.max(...silhouettes),
      Math.min(...bridges),
    ]),
    caption: `Units of the judge, which knows ten digits: nothing was merged, so no facets were planted. ${pairs.length} merged units are in the table of units.`,
  });
}
