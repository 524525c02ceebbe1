/**
 * @file Graphs of the Neuromorphic Intermediate Representation (NIR, Pedersen et al. 2024): nodes are differential equations and linear maps
 * in continuous time (seconds), edges say what feeds what.
 */

import { CajalError, Tensor } from "../../../graph/index.ts";

/** What a node or graph says beyond the standard. */
export type NirMetadata = { readonly [name: string]: string | Tensor | NirMetadata };

/** A node of any type but a graph. */
export interface NirPrimitive {
  readonly type: Exclude<NirType, "NIRGraph">;
  /** By the standard's names: `weight`, `tau`, `v_threshold`, …; the padding of convolutions may be a word. */
  readonly parameters: Readonly<Record<string, Tensor | string>>;
  readonly metadata?: NirMetadata;
}

export interface NirGraph {
  readonly type: "NIRGraph";
  readonly nodes: Readonly<Record<string, NirNode>>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly metadata?: NirMetadata;
}

export type NirNode = NirPrimitive | NirGraph;

interface Schema {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

const convolution: Schema = {
  required: ["weight", "stride", "padding", "dilation", "groups", "bias"],
  optional: ["input_shape"],
};
const pool: Schema = { required: ["kernel_size", "stride", "padding"] };

/** The parameters of each type. */
const schemas = {
  Input: { required: ["shape"] },
  Output: { required: ["shape"] },
  Affine: { required: ["weight", "bias"] },
  Linear: { required: ["weight"] },
  Conv1d: convolution,
  Conv2d: convolution,
  Scale: { required: ["scale"] },
  Flatten: { required: ["start_dim", "end_dim"], optional: ["input_type"] },
  SumPool2d: pool,
  AvgPool2d: pool,
  Delay: { required: ["delay"] },
  Threshold: { required: ["threshold"] },
  I: { required: ["r"] },
  IF: { required: ["r", "v_threshold"], optional: ["v_reset"] },
  LI: { required: ["tau", "r", "v_leak"] },
  LIF: { required: ["tau", "r", "v_leak", "v_threshold"], optional: ["v_reset"] },
  CubaLI: { required: ["tau_syn", "tau_mem", "r", "v_leak"], optional: ["w_in"] },
  CubaLIF: { required: ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold"], optional: ["v_reset", "w_in"] },
  NIRGraph: { required: [] },
} as const satisfies Record<string, Schema>;

export type NirType = keyof typeof schemas;

/**
 * A node as a file describes it, checked.
 * @param name what messages call it
 * @throws CajalError `bad-file` for a type that the standard does not know, or a parameter that is missing
 */
export function checkedPrimitive(
  name: string,
  type: string,
  parameters: Readonly<Record<string, Tensor | string>>,
  metadata: NirMetadata | undefined,
): NirPrimitive {
  if (!Object.hasOwn(schemas, type) || type === "NIRGraph")
    throw new CajalError("bad-file", `NIR: the node "${name}" is of the unknown type "${type}"`, {
      advice: `Known: ${Object.keys(schemas).join(", ")}.`,
    });
  const schema: Schema = schemas[type as NirType];
  const missing = schema.required.find((parameter) => !Object.hasOwn(parameters, parameter));
  if (missing !== undefined) throw new CajalError("bad-file", `NIR: the ${type} "${name}" has no "${missing}"`);
  const known = [...schema.required, ...(schema.optional ?? [])];
  const kept = Object.fromEntries(Object.entries(parameters).filter(([parameter]) => known.includes(parameter)));
  return { type: type as NirPrimitive["type"], parameters: kept, ...(metadata && { metadata }) };
}

/** @throws CajalError `bad-file` when an edge names no node */
export function checkedGraph(
  name: string,
  nodes: NirGraph["nodes"],
  edges: NirGraph["edges"],
  metadata: NirMetadata | undefined,
): NirGraph {
  for (const edge of edges)
    for (const end of edge)
      if (!Object.hasOwn(nodes, end))
        throw new CajalError("bad-file", `NIR: the edge ${edge.join(" → ")} of "${name}" names no node "${end}"`);
  return { type: "NIRGraph", nodes, edges, ...(metadata && { metadata }) };
}

/** A parameter as numbers. @throws CajalError `bad-file` when it is a word or missing */
export function numbersOfParameter(name: string, { type, parameters }: NirPrimitive, parameter: string): Tensor {
  const value = parameters[parameter];
  if (!(value instanceof Tensor))
    throw new CajalError(
      "bad-file",
      `NIR: "${parameter}" of the ${type} "${name}" is ${value === undefined ? "missing" : "text"}`,
    );
  return value;
}
