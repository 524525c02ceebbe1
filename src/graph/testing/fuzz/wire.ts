/** @file Protobuf as a tree that can be written wrongly: any wire type, any length, any order. */

import type { MessageName } from "../../onnx/schema.ts";
import { schema } from "../../onnx/schema.ts";
import { joined } from "./bytes.ts";

export interface WireField {
  number: number;
  wire: number;
  /** A varint, the bytes of a fixed or length-delimited field, or a message in them. */
  value: bigint | Uint8Array | WireMessage;
  /** What its length is written too large by. */
  excess: number;
}

export interface WireMessage {
  type: MessageName;
  fields: WireField[];
}

const isBytes = (value: WireField["value"]): value is Uint8Array => value instanceof Uint8Array;

export const isMessage = (value: WireField["value"]): value is WireMessage =>
  typeof value === "object" && !isBytes(value);

/** The tree of a well-formed message. @throws Error when it isn't */
export function parseWire(bytes: Uint8Array, type: MessageName = "Model"): WireMessage {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw new Error("a broken varint");
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) throw new Error("a broken length");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, wire] = [tag >>> 3, tag & 7];
    let value: WireField["value"];
    if (wire === 0) value = varint();
    else if (wire === 1) value = take(8);
    else if (wire === 5) value = take(4);
    else if (wire === 2) {
      const content = take(Number(varint()));
      const inner = schema[type][number]?.type;
      value = inner !== undefined && Object.hasOwn(schema, inner) ? parseWire(content, inner as MessageName) : content;
    } else throw new Error(`wire type ${wire}`);
    fields.push({ number, wire, value, excess: 0 });
  }
  return { type, fields };
}

export function writeWire(message: WireMessage): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, wire, value, excess } of message.fields) {
    parts.push(varintBytes(BigInt(number * 8 + wire)));
    if (typeof value === "bigint") parts.push(varintBytes(value));
    else {
      const content = isBytes(value) ? value : writeWire(value);
      if (wire === 2) parts.push(varintBytes(BigInt(Math.max(0, content.length + excess))));
      parts.push(content);
    }
  }
  return joined(...parts);
}

export function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

export function cloneField(field: WireField): WireField {
  return { ...field, value: isMessage(field.value) ? cloneMessage(field.value) : field.value };
}

export function cloneMessage(message: WireMessage): WireMessage {
  return { type: message.type, fields: message.fields.map(cloneField) };
}

/** The message and all inside it, parents first. */
export function allMessages(message: WireMessage): WireMessage[] {
  const all = [message];
  // The list grows while it is walked.
  for (const { fields } of all) for (const { value } of fields) if (isMessage(value)) all.push(value);
  return all;
}
