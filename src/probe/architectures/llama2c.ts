/**
 * @file Llama models in the format of llama2.c (Karpathy 2023, "version 0"): seven int32, then all weights as float32, matrices as
 * [outputs, inputs], those of a kind of all layers one after the other.
 */

import { CajalError, Tensor } from "../../graph/index.ts";
import type { Block, Gpt, Linear } from "../../nn/index.ts";
import type { Decoder, DecoderSizes } from "./decoder.ts";
import { transposed } from "./stored.ts";

const headerBytes = 7 * 4;
/** A size beyond this is no size of a model, but bytes of something else. */
const largestSize = 1 << 24;

/**
 * Reads a checkpoint of llama2.c.
 * @param name what messages call the file
 * @throws CajalError `bad-file` when sizes or length are not those of such a file
 */
export function readLlama2c(bytes: Uint8Array, name = "the model"): Decoder {
  const { sizes, shared } = readHeader(bytes, name);
  return {
    architecture: "llama2.c",
    sizes,
    params: readWeights(bytes, sizes, shared, name),
    options: { heads: sizes.heads, rotary: {} },
  };
}

function readHeader(bytes: Uint8Array, name: string): { sizes: DecoderSizes; shared: boolean } {
  if (bytes.length < headerBytes) throw notLlama(name, `has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const [width, hidden, layers, heads, keyValueHeads, signed, context] = Array.from({ length: 7 }, (_, i) =>
    view.getInt32(4 * i, true),
  );
  // A negative vocabulary says that the last matrix is not the embedding.
  const vocabulary = Math.abs(signed);
  const headWidth = width / heads;
  const sizes = { width, hidden, layers, heads, keyValueHeads, headWidth, vocabulary, context };
  const wrong = Object.entries(sizes).find(([, size]) => !(size > 0) || size > largestSize);
  if (wrong !== undefined) throw notLlama(name, `says that its ${wrong[0]} is ${wrong[1]}`);
  if (headWidth % 2 !== 0 || heads % keyValueHeads !== 0)
    throw notLlama(name, `says that ${heads} heads of width ${width} share ${keyValueHeads} keys and values`);
  return { sizes, shared: signed > 0 };
}

function readWeights(bytes: Uint8Array, sizes: DecoderSizes, shared: boolean, name: string): Gpt<Tensor> {
  const { width, hidden, layers, keyValueHeads, headWidth, vocabulary, context } = sizes;
  const narrow = keyValueHeads * headWidth;
  const perLayer = 2 * width + 2 * width * width + 2 * width * narrow + 3 * width * hidden;
  const expected =
    vocabulary * width + layers * perLayer + width + context * headWidth + (shared ? 0 : vocabulary * width);
  if (bytes.length !== headerBytes + 4 * expected)
    throw notLlama(name, `has ${bytes.length} bytes; models of its sizes have ${headerBytes + 4 * expected}`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = headerBytes;
  const read = (...shape: number[]): Tensor => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++, at += 4) data[i] = view.getFloat32(at, true);
    return new Tensor("float32", shape, data);
  };
  const each = <T>(one: () => T): T[] => Array.from({ length: layers }, one);
  const matrix = (outputs: number, inputs: number): Linear<Tensor> => ({ weight: transposed(read(outputs, inputs)) });

  const tokens = { weight: read(vocabulary, width) };
  const attentionNorms = each(() => read(width));
  const queries = each(() => turning(matrix(width, width), headWidth));
  const keys = each(() => turning(matrix(narrow, width), headWidth));
  const values = each(() => matrix(narrow, width));
  const outputs = each(() => matrix(width, width));
  const feedForwardNorms = each(() => read(width));
  const gates = each(() => matrix(hidden, width));
  const downs = each(() => matrix(width, hidden));
  const ups = each(() => matrix(hidden, width));
  const norm = { scale: read(width) };
  // Sines and cosines of the positions, which are computed here.
  at += 4 * context * headWidth;
  const blocks: Block<Tensor>[] = attentionNorms.map((scale, i) => ({
    attentionNorm: { scale },
    attention: { query: queries[i], key: keys[i], value: values[i], output: outputs[i] },
    feedForwardNorm: { scale: feedForwardNorms[i] },
    feedForward: { gate: gates[i], up: ups[i], down: downs[i] },
  }));
  return { tokens, blocks, norm, ...(!shared && { head: matrix(vocabulary, width) }) };
}

/**
 * Elements of queries and keys, which the file turns in pairs 2i and 2i + 1, as pairs i and i + n: quicker, and the same where all are
 * sorted alike.
 */
function turning({ weight: { shape, data } }: Linear<Tensor>, headWidth: number): Linear<Tensor> {
  const [rows, columns] = shape;
  const result = new Float32Array(data.length);
  for (let column = 0; column < columns; column++) {
    const element = column % headWidth;
    const half = headWidth / 2;
    const from = column - element + (element < half ? 2 * element : 2 * (element - half) + 1);
    for (let row = 0; row < rows; row++) result[row * columns + column] = Number(data[row * columns + from]);
  }
  return { weight: new Tensor("float32", shape, result) };
}

function notLlama(name: string, what: string): CajalError {
  return new CajalError("bad-file", `${name} is no float32 checkpoint of llama2.c: it ${what}`, {
    advice: "It is truncated, quantised, or of another version of the format.",
  });
}
