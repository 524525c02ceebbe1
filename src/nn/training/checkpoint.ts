/** @file Checkpoints: all that training needs to go on, as a safetensors file. */

import {
  CajalError,
  decodeSafetensors,
  encodeSafetensors,
  forEachLeaf,
  mapLeaves,
  type Tensor,
} from "../../graph/index.ts";

/** Where a checkpoint is kept. `cajal/node` has files. */
export interface CheckpointStorage {
  /** What was written last; nothing when there is none. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces it, whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

/** How far training has come, beside the tensors. */
export interface Standing {
  /** Steps taken. */
  readonly step: number;
  /** The best evaluation so far, and after which step it was. */
  readonly best?: { readonly value: number; readonly step: number };
}

const metadataKey = "cajal.training";

/** @param trees trees of Tensors by name; "params" with a leaf "w" becomes the tensor "params/w" */
export function encodeCheckpoint(trees: Readonly<Record<string, unknown>>, standing: Standing): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  forEachLeaf(trees, (leaf, path) => {
    tensors[path] = leaf as Tensor;
  });
  return encodeSafetensors(tensors, { [metadataKey]: JSON.stringify(standing) });
}

export interface Checkpoint {
  readonly standing: Standing;
  /** The tree that was kept under a name, in the structure, shapes and dtypes of `like`. @throws CajalError `argument` when it differs */
  tree<T>(name: string, like: T): T;
}

/** @throws CajalError `bad-file` when the bytes are no checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, "checkpoint");
  const standing = parseStanding(metadata[metadataKey]);
  return {
    standing,
    tree: <T>(name: string, like: T) => {
      const prefix = `${name}/`;
      const left = new Set(Object.keys(tensors).filter((key) => key.startsWith(prefix)));
      const restored = mapLeaves({ [name]: like }, (leaf, path) => {
        const kept = Object.hasOwn(tensors, path) ? tensors[path] : undefined;
        if (kept === undefined || String(kept) !== String(leaf))
          throw mismatch(`"${path}" is ${leaf} here, in the checkpoint ${kept ?? "missing"}`);
        left.delete(path);
        return kept;
      });
      if (left.size > 0) throw mismatch(`the checkpoint also has "${[...left][0]}"`);
      return restored[name] as T;
    },
  };
}

function mismatch(what: string): CajalError {
  return new CajalError("argument", `fit: ${what}`, {
    advice: "The checkpoint is of another model or optimiser: keep this run's elsewhere, or delete it.",
  });
}

function parseStanding(json: string | undefined): Standing {
  const fail = () =>
    new CajalError("bad-file", "checkpoint: the file does not say how far training had come", {
      advice: "It was not written by fit.",
    });
  if (json === undefined) throw fail();
  let parsed: Partial<Standing> | null;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw fail();
  }
  const { step, best } = parsed ?? {};
  if (!isStep(step) || (best !== undefined && !(isStep(best?.step) && Number.isFinite(best.value)))) throw fail();
  return { step, ...(best && { best: { value: best.value, step: best.step } }) };
}

function isStep(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
