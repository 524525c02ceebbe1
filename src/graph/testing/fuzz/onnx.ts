/** @file Damaged ONNX files: changed as messages, as models and as bytes; imported and traced. */

import { collect } from "../../names.ts";
import { decodeModel, encodeModel } from "../../onnx/codec.ts";
import { takenApart } from "../../onnx/fused.ts";
import { importModel } from "../../onnx/import.ts";
import { schema } from "../../onnx/schema.ts";
import type { ExternalData } from "../../onnx/tensor.ts";
import { ops } from "../../ops/index.ts";
import type { Rng } from "../../rng.ts";
import { Tracer } from "../../tracer.ts";
import { damage, edge, oddNames } from "./bytes.ts";
import { byteCuts } from "./minimise.ts";
import { onnxSeeds } from "./onnx-seeds.ts";
import type { FuzzTarget } from "./target.ts";
import {
  allMessages,
  cloneField,
  cloneMessage,
  isMessage,
  parseWire,
  type WireField,
  type WireMessage,
  writeWire,
} from "./wire.ts";

const encoder = new TextEncoder();
const opNames = [...Object.keys(ops), ...takenApart];
const specsOf = (op: string) => Object.entries((Object.hasOwn(ops, op) ? ops[op].attributes : undefined) ?? {});
const domainOf = (op: string) => (Object.hasOwn(ops, op) ? (ops[op].domain ?? "") : "com.microsoft");
const textModes = [
  "SAME_UPPER",
  "SAME_LOWER",
  "VALID",
  "NOTSET",
  "linear",
  "cubic",
  "nearest",
  "reflect",
  "edge",
  "wrap",
  "constant",
  "add",
  "mul",
  "max",
  "ij,jk->ik",
  "...i->i",
  "ii->",
  "reverse",
  "bidirectional",
  "half_pixel",
  "CRD",
  "tanh",
];

const seeds = onnxSeeds().map((bytes) => parseWire(bytes));

/** What lies beside the model: one file of 4 KiB. */
const beside = new Uint8Array(4096);
const external: ExternalData = (_location, offset, length) => beside.subarray(offset, offset + length);

export const onnxTarget: FuzzTarget = {
  name: "onnx",
  make(rng) {
    const model = cloneMessage(rng.pick(seeds));
    const changes = rng.random() < 0.9 ? rng.int(1, 5) : rng.int(5, 30);
    for (let i = 0; i < changes; i++) {
      if (rng.random() < 0.5) changeModel(model, rng);
      else changeMessage(model, rng);
    }
    const bytes = writeWire(model);
    return rng.random() < 0.2 ? damage(bytes, rng) : bytes;
  },
  read(bytes) {
    const model = decodeModel(bytes, "net.onnx");
    encodeModel(model);
    const imported = importModel(model, external, "net.onnx");
    const tracer = new Tracer();
    const feeds = Object.fromEntries(
      imported.inputs.map(({ name, dtype, shape }) => [
        name,
        tracer.input({ dtype, shape: (shape ?? [2, 3]).map((dim) => (typeof dim === "number" ? dim : 2)) }),
      ]),
    );
    collect(() => imported.apply(imported.params, feeds))();
  },
  *cuts(bytes) {
    let tree: WireMessage;
    try {
      tree = parseWire(bytes);
    } catch {
      yield* byteCuts(bytes);
      return;
    }
    for (const message of allMessages(tree)) {
      const whole = message.fields;
      for (let length = Math.ceil(whole.length / 2); length >= 1; length = Math.floor(length / 2)) {
        for (let at = 0; at < whole.length; at += length) {
          message.fields = whole.filter((_, i) => i < at || i >= at + length);
          yield writeWire(tree);
        }
      }
      message.fields = whole;
    }
  },
};

/** One change that knows protobuf, but not ONNX. */
function changeMessage(model: WireMessage, rng: Rng): void {
  const messages = allMessages(model);
  const message = rng.pick(messages);
  const { fields } = message;
  if (fields.length === 0) return;
  const at = rng.int(0, fields.length);
  const field = fields[at];
  switch (rng.int(0, 10)) {
    case 0:
      fields.splice(at, 1);
      break;
    case 1:
      fields.push(...Array.from({ length: rng.pick([1, 1, 2, 50]) }, () => cloneField(field)));
      break;
    case 2: {
      const other = rng.int(0, fields.length);
      [fields[at], fields[other]] = [fields[other], fields[at]];
      break;
    }
    case 3:
      field.number = rng.pick([0, field.number + 1, rng.int(1, 30), 2 ** 29 - 1]);
      break;
    case 4:
      field.wire = rng.int(0, 8);
      break;
    case 5:
      field.excess = rng.pick([-1, 1, 100, 2 ** 31, 2 ** 40]);
      break;
    case 6: {
      // A field from elsewhere, of this model or another.
      const from = rng.random() < 0.5 ? messages : allMessages(rng.pick(seeds));
      const same = from.filter(({ type }) => type === message.type);
      const { fields: others } = rng.pick(same.length > 0 ? same : from);
      if (others.length > 0) fields[at] = cloneField(rng.pick(others));
      break;
    }
    case 7:
      nest(message, field, rng);
      break;
    default:
      field.value = changeValue(field, messages, rng);
  }
}

/** Puts the message into itself, a few times or very often. */
function nest(message: WireMessage, field: WireField, rng: Rng): void {
  if (!isMessage(field.value)) return;
  const depth = rng.pick([1, 3, 30, 120]);
  const wrapper = field.value.type === message.type ? message : field.value;
  for (let i = 0; i < depth; i++) {
    const inner: WireMessage = { type: wrapper.type, fields: [{ ...field }] };
    field.value = inner;
  }
}

function changeValue({ value, wire }: WireField, messages: readonly WireMessage[], rng: Rng): WireField["value"] {
  if (typeof value === "bigint") return edge(rng);
  if (isMessage(value)) {
    const same = messages.filter(({ type }) => type === value.type);
    return cloneMessage(rng.pick(same));
  }
  if (wire !== 2) {
    const number = new DataView(new ArrayBuffer(value.length));
    const float = rng.pick([0, -0, 1, -1, 0.5, 1e-30, 3e38, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]);
    if (value.length === 4) number.setFloat32(0, float, true);
    if (value.length === 8) number.setFloat64(0, float, true);
    return new Uint8Array(number.buffer);
  }
  return rng.random() < 0.3 ? damage(value, rng) : anyText(messages, rng);
}

/** A name or text of the model (which joins and twists its graph), or one that is odd. */
function anyText(messages: readonly WireMessage[], rng: Rng): Uint8Array {
  if (rng.random() < 0.2) return encoder.encode(rng.pick(oddNames));
  if (rng.random() < 0.2) return encoder.encode(rng.pick(textModes));
  const texts = rng
    .pick(messages)
    .fields.flatMap(({ value, wire }) => (wire === 2 && value instanceof Uint8Array ? [value] : []));
  return texts.length > 0 ? rng.pick(texts) : new Uint8Array();
}

/** One change that knows what a model is made of. */
function changeModel(model: WireMessage, rng: Rng): void {
  const messages = allMessages(model);
  const nodes = messages.filter(({ type }) => type === "Node");
  if (nodes.length === 0) return;
  const node = rng.pick(nodes);
  const own = (number: number) => node.fields.filter((field) => field.number === number);
  const text = (number: number, value: Uint8Array | string): WireField => ({
    number,
    wire: 2,
    value: typeof value === "string" ? encoder.encode(value) : value,
    excess: 0,
  });
  const names = nodes.flatMap(({ fields }) =>
    fields.flatMap(({ number, value }) => (number <= 2 && value instanceof Uint8Array ? [value] : [])),
  );
  switch (rng.int(0, 8)) {
    case 0: {
      const op = rng.pick(opNames);
      node.fields = node.fields.filter(({ number }) => number !== 4 && number !== 7);
      node.fields.push(text(4, op), text(7, domainOf(op)));
      break;
    }
    case 1: {
      // Another op with attributes that it has.
      const op = rng.pick(opNames);
      node.fields = node.fields.filter(
        ({ number }) => number !== 4 && number !== 7 && (number !== 5 || rng.random() < 0.3),
      );
      const attributes = specsOf(op).filter(() => rng.random() < 0.4);
      node.fields.push(
        text(4, op),
        text(7, domainOf(op)),
        ...attributes.map(([name, { kind }]) => attribute(name, kind, rng)),
      );
      break;
    }
    case 2: {
      const known = specsOf(new TextDecoder().decode(own(4)[0]?.value as Uint8Array | undefined));
      if (known.length === 0) break;
      const [name, { kind }] = rng.pick(known);
      const wrong = rng.pick(["int", "float", "string", "ints", "floats"]);
      node.fields.push(attribute(name, rng.random() < 0.9 ? kind : wrong, rng));
      break;
    }
    case 3: {
      const ends = own(rng.int(1, 3));
      if (ends.length > 0 && names.length > 0)
        rng.pick(ends).value = rng.random() < 0.9 ? rng.pick(names) : new Uint8Array();
      break;
    }
    case 4:
      if (names.length > 0) node.fields.push(text(1, rng.pick(names)));
      break;
    case 5: {
      const inputs = node.fields.findIndex(({ number }) => number === 1);
      if (inputs >= 0) node.fields.splice(inputs, 1);
      break;
    }
    case 6: {
      const tensors = messages.filter(({ type }) => type === "Tensor");
      if (tensors.length > 0) changeTensor(rng.pick(tensors), rng);
      break;
    }
    default: {
      const versions = messages.filter(({ type }) => type === "OperatorSetId").flatMap(({ fields }) => fields);
      for (const field of versions) if (field.number === 2) field.value = BigInt(rng.int(6, 26));
      const dims = messages.filter(({ type }) => type === "Dimension");
      if (dims.length > 0) rng.pick(dims).fields = [{ number: 1, wire: 0, value: edge(rng), excess: 0 }];
    }
  }
}

/** A tensor of another shape whose bytes fit, or a dim or element type that doesn't. */
function changeTensor(tensor: WireMessage, rng: Rng): void {
  const kept = tensor.fields.filter(({ number }) => schema.Tensor[number]?.name === "name");
  const shape = Array.from({ length: rng.int(0, 4) }, () => rng.int(0, 4));
  const [type, width] = rng.pick([
    [1, 4],
    [1, 4],
    [7, 8],
    [7, 8],
    [7, 8],
    [6, 4],
    [9, 1],
    [10, 2],
    [11, 8],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
    [12, 4],
    [13, 8],
    [16, 2],
    [0, 4],
    [8, 4],
  ] as const);
  const data = Uint8Array.from({ length: shape.reduce((size, dim) => size * dim, width) }, (_, i) =>
    type === 7 ? (i % 8 === 0 ? rng.int(0, 6) : 0) : type === 1 ? [0, 0, 128, 63][i % 4] : rng.int(0, 2),
  );
  // Now and then a negative or very large int64.
  if (type === 7 && data.length > 0 && rng.random() < 0.4) {
    const elements = new DataView(data.buffer);
    elements.setBigInt64(8 * rng.int(0, data.length / 8), edge(rng), true);
  }
  const dims = shape.map((dim) => (rng.random() < 0.02 ? edge(rng) : BigInt(dim)));
  tensor.fields = [
    ...dims.map((value): WireField => ({ number: 1, wire: 0, value, excess: 0 })),
    { number: 2, wire: 0, value: BigInt(type), excess: 0 },
    { number: 9, wire: 2, value: data, excess: 0 },
    ...kept,
  ];
}

function attribute(name: string, kind: string, rng: Rng): WireField {
  const field = (number: number, wire: number, value: WireField["value"]): WireField => ({
    number,
    wire,
    value,
    excess: 0,
  });
  const float = (): Uint8Array => new Uint8Array(Float32Array.of(rng.pick([0, 1, -1, 0.5, 1e30, Number.NaN])).buffer);
  const many = rng.pick([0, 1, 2, 2, 2, 3, 4, 4, 8]);
  const repeat = (make: () => WireField) => Array.from({ length: many }, make);
  const numbers: Readonly<Record<string, readonly [number, () => WireField[]]>> = {
    float: [1, () => [field(2, 5, float())]],
    int: [2, () => [field(3, 0, edge(rng))]],
    string: [3, () => [field(4, 2, encoder.encode(rng.pick(textModes)))]],
    tensor: [4, () => [field(5, 2, randomTensor(rng))]],
    floats: [6, () => repeat(() => field(7, 5, float()))],
    ints: [7, () => repeat(() => field(8, 0, rng.random() < 0.1 ? edge(rng) : BigInt(rng.int(-1, 4))))],
    strings: [8, () => repeat(() => field(9, 2, encoder.encode(rng.pick(textModes))))],
  };
  const [type, fields] = numbers[kind] ?? numbers.int;
  return field(5, 2, {
    type: "Attribute",
    fields: [field(1, 2, encoder.encode(name)), ...fields(), field(20, 0, BigInt(type))],
  });
}

function randomTensor(rng: Rng): WireMessage {
  const tensor: WireMessage = { type: "Tensor", fields: [] };
  changeTensor(tensor, rng);
  return tensor;
}
