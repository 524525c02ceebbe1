/** @file What the authors of the local interaction basis measured on their first network, as they published it: files with their SHA-256. */

export const publishedAblations: Readonly<Record<string, string>> = {
  "modular_arithmetic_node_pca_seed0_rib_ablation_results.json":
    "e67d3863c82b00310313ef1edb768aca78bc5d35b3be061e2d5e965aff0673c0",
  "modular_arithmetic_node_rib_seed0_rib_ablation_results.json":
    "14ac77dc4d1c745fe990b0d9b8461b33c74b97b880959b0722867e86d507537f",
  "modular_arithmetic_pca_seed0_edge_ablation_results.json":
    "4e32c286fde03782746290b759c8da2bfdef4c19b2f3090b8f44bee07420a50b",
  "modular_arithmetic_rib_seed0_edge_ablation_results.json":
    "34cd04dd03006ba5febb7c180cd3f7bda2d7e00fcffef2d8e0c9e82c2f0ebe1f",
};
