/** @file Protobuf in and out, driven by the schema. What the schema does not name is kept byte for byte. */

import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { CajalError } from "../error.ts";
import {
  type Field,
  type Int,
  type Message,
  type MessageName,
  type ModelProto,
  type Scalar,
  schema,
} from "./schema.ts";

type Decoded = Message & Record<string, unknown>;

/** Messages inside messages beyond this are hostile, not deep: ONNX nests only through subgraphs. */
const depthLimit = 100;

const isScalar = (type: Field["type"]): type is Scalar => !Object.hasOwn(schema, type);
const wireOf: Readonly<Record<Scalar, WireType>> = {
  int: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

/**
 * Reads an ONNX file. Tensors' bytes are views of `bytes`, not copies.
 * @throws CajalError `bad-onnx` when it is truncated, damaged or something else
 */
export function decodeModel(bytes: Uint8Array, source = "the model"): ModelProto {
  try {
    const reader = new BinaryReader(bytes);
    return decode("Model", reader, bytes, bytes.length, 0) as unknown as ModelProto;
  } catch (error) {
    throw new CajalError("bad-onnx", `${source} is not a readable ONNX file: ${(error as Error).message}`, {
      advice: "It may be truncated or damaged (compare its size with the source), or be another format.",
      cause: error,
    });
  }
}

export function encodeModel(model: ModelProto): Uint8Array {
  const writer = new BinaryWriter();
  encode("Model", model as unknown as Decoded, writer);
  return writer.finish();
}

function decode(name: MessageName, reader: BinaryReader, bytes: Uint8Array, end: number, depth: number): Decoded {
  if (depth > depthLimit) throw new Error(`messages are nested more than ${depthLimit} deep`);
  const fields = schema[name];
  const message: Decoded = {};
  for (const field of Object.values(fields)) if (field?.repeated) message[field.name] = [];
  while (reader.pos < end) {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    const field = fields[number];
    if (field === undefined) {
      reader.skip(wire, number);
      if (reader.pos > end) throw new Error(`field ${number} of ${name} runs over its end`);
      message.unknown ??= [];
      message.unknown.push(bytes.subarray(start, reader.pos));
    } else {
      decodeField(name, field, wire, message, reader, bytes, depth);
    }
  }
  if (reader.pos !== end) throw new Error(`${name} runs over its end`);
  return message;
}

function decodeField(
  owner: MessageName,
  field: Field,
  wire: WireType,
  message: Decoded,
  reader: BinaryReader,
  bytes: Uint8Array,
  depth: number,
): void {
  const list = field.repeated ? (message[field.name] as unknown[]) : undefined;
  const { type } = field;
  const expected = isScalar(type) ? wireOf[type] : WireType.LengthDelimited;
  if (wire === expected) {
    const value = isScalar(type) ? readScalar(type, reader) : readMessage(type, reader, bytes, depth);
    if (list) list.push(value);
    else message[field.name] = value;
  } else if (wire === WireType.LengthDelimited && list && isScalar(type)) {
    const end = reader.uint32() + reader.pos;
    if (end > bytes.length) throw new Error(`${owner}.${field.name} runs over the end of the file`);
    while (reader.pos < end) list.push(readScalar(type, reader));
  } else {
    throw new Error(`${owner}.${field.name} has wire type ${wire}, not ${expected}`);
  }
}

function readMessage(type: MessageName, reader: BinaryReader, bytes: Uint8Array, depth: number): Decoded {
  const end = reader.uint32() + reader.pos;
  if (end > bytes.length) throw new Error(`${type} runs over the end of the file`);
  return decode(type, reader, bytes, end, depth + 1);
}

function readScalar(type: Scalar, reader: BinaryReader): Int | string | Uint8Array {
  switch (type) {
    case "int": {
      const value = BigInt(reader.int64());
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    case "float":
      return reader.float();
    case "double":
      return reader.double();
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
  }
}

function encode(name: MessageName, message: Decoded, writer: BinaryWriter): void {
  for (const [key, field] of Object.entries(schema[name]) as [string, Field][]) {
    const number = Number(key);
    const value = message[field.name];
    if (value === undefined) continue;
    const items = field.repeated ? (value as unknown[]) : [value];
    const { type } = field;
    if (field.repeated && isScalar(type) && wireOf[type] !== WireType.LengthDelimited) {
      if (items.length === 0) continue;
      writer.tag(number, WireType.LengthDelimited).fork();
      for (const item of items) writeScalar(type, item, writer);
      writer.join();
      continue;
    }
    for (const item of items) {
      if (isScalar(type)) {
        writer.tag(number, wireOf[type]);
        writeScalar(type, item, writer);
      } else {
        writer.tag(number, WireType.LengthDelimited).fork();
        encode(type, item as Decoded, writer);
        writer.join();
      }
    }
  }
  for (const raw of message.unknown ?? []) writer.raw(raw);
}

function writeScalar(type: Scalar, value: unknown, writer: BinaryWriter): void {
  switch (type) {
    case "int":
      writer.int64(typeof value === "bigint" ? value : BigInt(value as number));
      break;
    case "float":
      writer.float(value as number);
      break;
    case "double":
      writer.double(value as number);
      break;
    case "string":
      writer.string(value as string);
      break;
    case "bytes":
      writer.bytes(value as Uint8Array);
      break;
  }
}
