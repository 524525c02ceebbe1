/** @file A region encoder's network as a small ONNX file: only what the depths need, weights of 16 bits, pictures of one size. */

import {
  CajalError,
  decodeModel,
  encodeModel,
  type proto,
  Tensor,
  tensorFromProto,
  tensorToProto,
} from "../../../graph/index.ts";

export interface EncoderFileOptions {
  /** Tensors of the network that are kept. */
  readonly depths: readonly string[];
  /** Height and width of the pictures; the network's own may be another, as convolutions do not care. */
  readonly size: readonly [height: number, width: number];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** ONNX's number of the type. */
const float32 = 1;

/**
 * The convolutional part of a network up to the given tensors. Its weights are kept as float16 and computed with as float32; what was stored
 * in 16 bits before loses nothing.
 * @param bytes an ONNX file with one image input, all weights inside
 * @throws CajalError `unknown-layer` when the network has no such tensor, `external-data`, or as `importOnnx`
 */
export function exportEncoder(bytes: Uint8Array, { depths, size, metadata = {} }: EncoderFileOptions): Uint8Array {
  const model = decodeModel(bytes);
  const graph = model.graph as proto.GraphProto;
  const made = new Set(graph.node.flatMap(({ output }) => output));
  const missing = depths.find((name) => !made.has(name));
  if (missing !== undefined)
    throw new CajalError("unknown-layer", `the encoder's network has no tensor "${missing}"`, {
      advice: `It has: ${[...made].slice(0, 12).join(", ")}, ….`,
    });
  const needed = new Set(depths);
  // Nodes stand in the order in which they are computed: from the last on, those that make what is needed.
  const kept = graph.node.toReversed().filter(({ input, output }) => {
    if (!output.some((name) => needed.has(name))) return false;
    for (const name of input) needed.add(name);
    return true;
  });
  const weights = graph.initializer.filter(({ name = "" }) => needed.has(name));
  const halved = weights.map(halfPrecision);
  const initialized = new Set(weights.map(({ name }) => name));
  const port = (name: string, dims: readonly proto.DimensionProto[]): proto.ValueInfoProto => ({
    name,
    type: { tensorType: { elemType: float32, shape: { dim: [...dims] } } },
  });
  const batch = { dimParam: "N" };
  return encodeModel({
    ...model,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      ...graph,
      node: [...halved.flatMap(({ cast }) => cast), ...kept.toReversed()],
      initializer: halved.map(({ tensor }) => tensor),
      input: graph.input.flatMap(({ name = "" }) =>
        needed.has(name) && !initialized.has(name)
          ? [port(name, [batch, ...[3, ...size].map((dimValue) => ({ dimValue }))])]
          : [],
      ),
      output: depths.map((name) =>
        port(name, [batch, ...["C", "H", "W"].map((dim) => ({ dimParam: `${name}/${dim}` }))]),
      ),
      valueInfo: [],
    },
  });
}

/** A weight of 16 bits and the node that makes 32 of them; other tensors as they are. */
function halfPrecision(weight: proto.TensorProto): { tensor: proto.TensorProto; cast: readonly proto.NodeProto[] } {
  if (Number(weight.dataType) !== float32) return { tensor: weight, cast: [] };
  const { name = "" } = weight;
  const tensor = tensorFromProto(weight, () => {
    throw new CajalError("external-data", `the encoder's network keeps "${name}" in another file`);
  });
  const half = `${name}/half`;
  const to: proto.AttributeProto = { name: "to", i: float32, type: 2, floats: [], ints: [], strings: [] };
  return {
    tensor: tensorToProto(Tensor.of(tensor.numbers(), tensor.shape, "float16"), half),
    cast: [{ opType: "Cast", name: `${name}/cast`, input: [half], output: [name], attribute: [to] }],
  };
}
