/** @file AttributeProto to a plain value and back. */

import type { AttributeKind, AttributeValue } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { type AttributeProto, attributeType, type GraphProto } from "./schema.ts";
import { type ExternalData, tensorFromProto, tensorToProto } from "./tensor.ts";

/** A body stays as it is, for its node to trace. */
export type ReadAttribute = AttributeValue | GraphProto;

export function attributeFromProto(proto: AttributeProto, external: ExternalData): ReadAttribute {
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (Number(proto.type ?? guessType(proto))) {
    case attributeType.float:
      return proto.f ?? 0;
    case attributeType.int:
      return Number(proto.i ?? 0);
    case attributeType.string:
      return decode(proto.s ?? new Uint8Array());
    case attributeType.tensor:
      if (proto.t !== undefined) return tensorFromProto(proto.t, external);
      break;
    case attributeType.graph:
      if (proto.g !== undefined) return proto.g;
      break;
    case attributeType.floats:
      return proto.floats;
    case attributeType.ints:
      return proto.ints.map(Number);
    case attributeType.strings:
      return proto.strings.map(decode);
  }
  throw new Error(`attribute "${proto.name ?? ""}" has type ${proto.type ?? 0}, which is not supported`);
}

/** Very old writers left the type out. */
function guessType(proto: AttributeProto): number {
  if (proto.f !== undefined) return attributeType.float;
  if (proto.i !== undefined) return attributeType.int;
  if (proto.s !== undefined) return attributeType.string;
  if (proto.t !== undefined) return attributeType.tensor;
  if (proto.g !== undefined) return attributeType.graph;
  if (proto.floats.length > 0) return attributeType.floats;
  return proto.strings.length > 0 ? attributeType.strings : attributeType.ints;
}

export function attributeToProto(name: string, kind: AttributeKind, value: AttributeValue): AttributeProto {
  const proto: AttributeProto = { name, floats: [], ints: [], strings: [], type: attributeType[kind] };
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (kind === "int") proto.i = value as number;
  else if (kind === "float") proto.f = value as number;
  else if (kind === "string") proto.s = bytes(value as string);
  else if (kind === "ints") proto.ints = [...(value as number[])];
  else if (kind === "floats") proto.floats = [...(value as number[])];
  else if (kind === "strings") proto.strings = (value as string[]).map(bytes);
  else if (value instanceof Tensor) proto.t = tensorToProto(value);
  return proto;
}
