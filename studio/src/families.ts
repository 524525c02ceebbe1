import type { Family } from "../../src/methods/families.ts";

/** What each family of methods is about. */
export const aboutFamily: Readonly<Record<Family, string>> = {
  interpret: "what neurons, heads and directions of trained networks stand for",
  sparse: "networks with few connections",
  spiking: "neurons that fire",
  memory: "how networks store and find again",
  brain: "recordings of living neurons",
  language: "words and grammar in networks",
  units: "other kinds of neurons",
  sequence: "networks that read, compare and decide",
};
