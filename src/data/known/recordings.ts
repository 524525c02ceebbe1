/** @file Recordings of neurons, and of voices that Cajal knows by name. */

import type { DataEntry } from "../data-entry.ts";

export const recordings: Readonly<Record<string, DataEntry>> = {
  "celegans-calcium": {
    kind: "files",
    title: "Whole-brain calcium imaging of seven freely moving C. elegans with named neurons and behaviour",
    licence: "no licence file; data published for further analysis",
    citation:
      "U. Dag et al.: Dissecting the functional organization of the C. elegans serotonergic system at whole-brain scale (2023)",
    homepage: "https://github.com/flavell-lab/NSM_5HTR_analysis/tree/main/data",
    files: {
      "2022-07-26-31.csv.gz": "0767d43cf1bbfebcb9f69518157c11843261c02131f685a124ce3cc5048c3174",
      "2022-07-26-38.csv.gz": "faa83cc6a7a36d5b863f3795201d39fc153a9b54bac82a10116c21e0f8fdd373",
      "2022-07-27-31.csv.gz": "957c34e78cffef1032b6bf0f589e7208a73c79d3339a2172d2ddffb65e7acfef",
      "2022-07-27-38.csv.gz": "faf6b465b477941b6e7aab3b98629da64fe421a7f634a4e9753085e3fd81a354",
      "2022-07-27-45.csv.gz": "0a1095fc1d5e22c30bdf11feeb94437297679a8ec34464c037c843e8c35e916b",
      "2022-08-02-31.csv.gz": "1fb578fe1ddd42877111d5e174a249d08e48c483ba4552bc40f7efcd7d2478bd",
      "2022-08-02-38.csv.gz": "18da5558a1e3d6791574cdb5c5ac246a82f355e2d292c02437994db8ecf21fde",
    },
  },
  "spoken-digits": {
    kind: "files",
    title: "Free Spoken Digit Dataset: 3,000 recordings of ten digits by six speakers (8 kHz)",
    licence: "CC BY-SA 4.0",
    citation: "Z. Jackson et al.: Free Spoken Digit Dataset, version 1.0.10 (2020)",
    homepage: "https://github.com/Jakobovski/free-spoken-digit-dataset",
    files: {
      "test.index0-4.tar.gz": "8c09cbaec4ba9d28e368fc68fb0c3ed6b34ecba3c055be0a846fea792c572a2e",
      "train.index5-19.tar.gz": "f0dc8797ffd39fc705f32bdc5cdb692fc0b7d51d7f4261bfcad023a8f1709247",
      "train.index20-49.tar.gz": "7979f55e6047ee4e43ada3f34d8fc171103de4cc291b439452be46af6701ef36",
    },
  },
};
