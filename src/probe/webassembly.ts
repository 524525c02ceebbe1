/**
 * @file A small assembler: WebAssembly functions (with 128-bit SIMD) written as nested calls, operands first.
 * Only the instructions that `digest-code.ts` needs. Binary format: WebAssembly Core 2.0, chapter 5.
 */

/** Encoded instructions. */
export type Code = readonly number[];

export type ValueKind = "i32" | "f32" | "f64" | "v128";

const kinds: Record<ValueKind, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest & 127];
}

const instruction =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), ...opcode];

const simd = (opcode: number) => instruction(0xfd, ...unsigned(opcode));

const lane =
  (opcode: number) =>
  (vector: Code, index: number): Code => [...vector, 0xfd, ...unsigned(opcode), index];

/** A load or store; `offset` is added to the address, in bytes. The alignment is only a hint: log2 of bytes. */
const access =
  (alignment: number, ...opcode: number[]) =>
  (offset: number, ...operands: Code[]): Code => [...operands.flat(), ...opcode, alignment, ...unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: access(2, 0x28),
  store: access(2, 0x36),
  ltUnsigned: instruction(0x49),
  equalsZero: instruction(0x45),
  equal: instruction(0x46),
  countOnes: instruction(0x69),
  add: instruction(0x6a),
  sub: instruction(0x6b),
  and: instruction(0x71),
  shiftLeft: instruction(0x74),
  shiftRight: instruction(0x76),
};

export const f32 = {
  load: access(2, 0x2a),
  store: access(2, 0x38),
  const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  less: instruction(0x5d),
  min: instruction(0x96),
  max: instruction(0x97),
};

export const f64 = {
  store: access(3, 0x39),
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  notEqual: instruction(0x62),
  sub: instruction(0xa1),
  add: instruction(0xa0),
};

export const v128 = {
  load: access(2, 0xfd, 0),
  store: access(2, 0xfd, 11),
  /** The same 32 bits in all four lanes. */
  loadSplat: access(2, 0xfd, 9),
  ints: (lanes: readonly number[]): Code => [0xfd, 12, ...new Uint8Array(Int32Array.from(lanes).buffer)],
  and: simd(78),
  /** Bits of the first operand where the third is 1, of the second where it is 0. */
  select: simd(82),
};

export const i8x16 = {
  /** Bytes of the first operand in the order that the second gives. */
  swizzle: simd(14),
};

export const i32x4 = {
  splat: simd(17),
  extract: lane(27),
  less: simd(57),
  signBits: simd(164),
  shiftLeft: simd(171),
  shiftRightSigned: simd(172),
  add: simd(174),
  sub: simd(177),
  min: simd(182),
  max: simd(184),
};

export const f32x4 = {
  splat: simd(19),
  extract: lane(31),
  notEqual: simd(66),
  min: simd(234),
  max: simd(235),
};

export const f64x2 = {
  extract: lane(33),
  /** The lower, or upper, two float32 lanes as float64. */
  fromLow: simd(95),
  fromHigh: (vector: Code): Code => simd(95)([...vector, ...vector, 0xfd, 13, ...upperHalf]),
  add: simd(240),
  mul: simd(242),
};

/** Byte order of a shuffle that moves the upper eight bytes down. */
const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/** Runs `body` if `condition` is not zero. */
export const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), 0x0b];

/** Runs `body` as long as `condition` is not zero. */
export const during = (condition: Code, ...body: Code[]): Code =>
  when(condition, [0x03, 0x40, ...body.flat(), ...condition, 0x0d, 0, 0x0b]);

/** Leaves the function with `value`. */
export const giveBack = (value: Code): Code => [...value, 0x0f];

/** A local variable of a function. */
export class Local {
  readonly get: Code;
  private readonly index: number;

  constructor(index: number) {
    this.index = index;
    this.get = [0x20, ...unsigned(index)];
  }

  set(value: Code): Code {
    return [...value, 0x21, ...unsigned(this.index)];
  }
}

/** A function under construction: parameters are int32, the result is int32. */
export class WasmFunction {
  readonly name: string;
  readonly parameters: readonly Local[];
  private readonly locals: ValueKind[] = [];
  private readonly invariants: Code[] = [];
  private body: Code = [];

  constructor(name: string, parameters: number) {
    this.name = name;
    this.parameters = Array.from({ length: parameters }, (_, index) => new Local(index));
  }

  local(kind: ValueKind): Local {
    this.locals.push(kind);
    return new Local(this.parameters.length + this.locals.length - 1);
  }

  /** A vector worked out once, before the body, from constants and parameters. */
  invariant(vector: Code): Code {
    const local = this.local("v128");
    this.invariants.push(local.set(vector));
    return local.get;
  }

  define(...body: Code[]): this {
    this.body = body.flat();
    return this;
  }

  get signature(): Code {
    return [0x60, ...vector(this.parameters.map(() => [kinds.i32])), 1, kinds.i32];
  }

  get code(): Code {
    const locals = vector(this.locals.map((kind) => [1, kinds[kind]]));
    return sized([...locals, ...this.invariants.flat(), ...this.body, 0x0b]);
  }
}

const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (name: string): Code => sized([...new TextEncoder().encode(name)]);
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];

/** A module of these functions, each exported by its name, working on the memory imported as `host.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map((f) => f.signature),
    ),
    ...section(2, [[...text("host"), ...text("memory"), 2, 0, 1]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map((f, index) => [...text(f.name), 0, ...unsigned(index)]),
    ),
    ...section(
      10,
      functions.map((f) => f.code),
    ),
  ]);
}
