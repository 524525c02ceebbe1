/** @file The messages of onnx.proto (IR version 10) that Cajal reads: names, field numbers, types. Other fields pass through unread. */

/** int64 fields are numbers where that is exact, else bigints. */
export type Int = number | bigint;

export interface StringStringEntryProto {
  key?: string;
  value?: string;
}

export interface TensorProto extends Message {
  dims: Int[];
  dataType?: Int;
  floatData: number[];
  int32Data: Int[];
  stringData: Uint8Array[];
  int64Data: Int[];
  name?: string;
  rawData?: Uint8Array;
  doubleData: number[];
  uint64Data: Int[];
  externalData: StringStringEntryProto[];
  /** 1: in a file of its own. */
  dataLocation?: Int;
}

export interface AttributeProto extends Message {
  name?: string;
  f?: number;
  i?: Int;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats: number[];
  ints: Int[];
  strings: Uint8Array[];
  type?: Int;
  refAttrName?: string;
}

export interface NodeProto extends Message {
  input: string[];
  output: string[];
  name?: string;
  opType?: string;
  attribute: AttributeProto[];
  domain?: string;
  /** Which of several functions of the same name it calls. */
  overload?: string;
}

/** An op that the model itself defines. */
export interface FunctionProto extends Message {
  name?: string;
  input: string[];
  output: string[];
  /** Names of attributes without a default. */
  attribute: string[];
  /** Attributes with their defaults. */
  attributeProto: AttributeProto[];
  node: NodeProto[];
  opsetImport: { domain?: string; version?: Int }[];
  domain?: string;
  overload?: string;
}

export interface DimensionProto extends Message {
  dimValue?: Int;
  dimParam?: string;
}

export interface ValueInfoProto extends Message {
  name?: string;
  type?: { tensorType?: { elemType?: Int; shape?: { dim: DimensionProto[] } } };
}

export interface GraphProto extends Message {
  node: NodeProto[];
  name?: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  sparseInitializer: Uint8Array[];
}

export interface ModelProto extends Message {
  irVersion?: Int;
  opsetImport: { domain?: string; version?: Int }[];
  producerName?: string;
  producerVersion?: string;
  graph?: GraphProto;
  metadataProps: StringStringEntryProto[];
  functions: FunctionProto[];
}

/** Every decoded message keeps the fields that the schema does not name, as encoded. */
export interface Message {
  unknown?: Uint8Array[];
}

/** AttributeProto.AttributeType. */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

export type Scalar = "int" | "float" | "double" | "string" | "bytes";

export interface Field {
  readonly name: string;
  readonly type: Scalar | MessageName;
  readonly repeated?: boolean;
}

export type MessageName =
  | "Model"
  | "OperatorSetId"
  | "StringStringEntry"
  | "Graph"
  | "Node"
  | "Attribute"
  | "Tensor"
  | "ValueInfo"
  | "Type"
  | "TensorType"
  | "TensorShape"
  | "Dimension"
  | "Function";

const one = (name: string, type: Scalar | MessageName): Field => ({ name, type });
const many = (name: string, type: Scalar | MessageName): Field => ({ name, type, repeated: true });

/** Fields by number. */
export const schema: Readonly<Record<MessageName, Readonly<Record<number, Field | undefined>>>> = {
  Model: {
    1: one("irVersion", "int"),
    2: one("producerName", "string"),
    3: one("producerVersion", "string"),
    7: one("graph", "Graph"),
    8: many("opsetImport", "OperatorSetId"),
    14: many("metadataProps", "StringStringEntry"),
    25: many("functions", "Function"),
  },
  OperatorSetId: { 1: one("domain", "string"), 2: one("version", "int") },
  StringStringEntry: { 1: one("key", "string"), 2: one("value", "string") },
  Graph: {
    1: many("node", "Node"),
    2: one("name", "string"),
    5: many("initializer", "Tensor"),
    11: many("input", "ValueInfo"),
    12: many("output", "ValueInfo"),
    13: many("valueInfo", "ValueInfo"),
    15: many("sparseInitializer", "bytes"),
  },
  Node: {
    1: many("input", "string"),
    2: many("output", "string"),
    3: one("name", "string"),
    4: one("opType", "string"),
    5: many("attribute", "Attribute"),
    7: one("domain", "string"),
    8: one("overload", "string"),
  },
  Function: {
    1: one("name", "string"),
    4: many("input", "string"),
    5: many("output", "string"),
    6: many("attribute", "string"),
    7: many("node", "Node"),
    9: many("opsetImport", "OperatorSetId"),
    10: one("domain", "string"),
    11: many("attributeProto", "Attribute"),
    13: one("overload", "string"),
  },
  Attribute: {
    1: one("name", "string"),
    2: one("f", "float"),
    3: one("i", "int"),
    4: one("s", "bytes"),
    5: one("t", "Tensor"),
    6: one("g", "Graph"),
    7: many("floats", "float"),
    8: many("ints", "int"),
    9: many("strings", "bytes"),
    20: one("type", "int"),
    21: one("refAttrName", "string"),
  },
  Tensor: {
    1: many("dims", "int"),
    2: one("dataType", "int"),
    4: many("floatData", "float"),
    5: many("int32Data", "int"),
    6: many("stringData", "bytes"),
    7: many("int64Data", "int"),
    8: one("name", "string"),
    9: one("rawData", "bytes"),
    10: many("doubleData", "double"),
    11: many("uint64Data", "int"),
    13: many("externalData", "StringStringEntry"),
    14: one("dataLocation", "int"),
  },
  ValueInfo: { 1: one("name", "string"), 2: one("type", "Type") },
  Type: { 1: one("tensorType", "TensorType") },
  TensorType: { 1: one("elemType", "int"), 2: one("shape", "TensorShape") },
  TensorShape: { 1: many("dim", "Dimension") },
  Dimension: { 1: one("dimValue", "int"), 2: one("dimParam", "string") },
};
