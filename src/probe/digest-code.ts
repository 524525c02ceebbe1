/**
 * @file The hot loop of recording as WebAssembly code: activations of one unit, its plane, four cells at a time. `digest` finds extremes and sums and counts buckets, `gather` makes a plane of a column.
 */

import { bucketCount, bucketShift, firstBucketBits } from "./buckets.ts";
import {
  type Code,
  during,
  f32,
  f32x4,
  f64,
  f64x2,
  giveBack,
  i8x16,
  i32,
  i32x4,
  type Local,
  v128,
  WasmFunction,
  when,
} from "./webassembly.ts";

/** Where things lie in the kernel's memory, in bytes. */
export const addresses = {
  maximum: 0,
  minimum: 4,
  zeros: 8,
  sum: 16,
  squares: 24,
  /** A counter for lanes beyond the end of a plane. */
  nowhere: 32,
  /** 16 × 16 bytes: for each set of lanes, as bits, the byte order that moves these lanes to the front. */
  packings: 64,
  /** From here on memory is free for tables and planes. */
  free: 320,
} as const;

/** What belongs at `packings`. */
export const packings = Uint8Array.from({ length: 256 }, (_, index) => {
  const lanes = [0, 1, 2, 3].filter((lane) => (index >> (4 + lane)) & 1);
  const lane = lanes[(index & 15) >> 2] ?? 0;
  return 4 * lane + (index & 3);
});

/** Vector loads and stores reach this far beyond the last cell of a plane. */
export const slackBytes = 16;

/** What `digest` gives back. */
export const digestStatus = { done: 0, notFinite: 1, needsNegative: 2 } as const;

const zero = i32.const(0);
const splat = (value: number) => i32x4.splat(i32.const(value));

/**
 * digest(plane, cells, packed, positive, negative): extremes, sums, number of zeros, and
 * one more in the bucket of each other cell, in the table at address `positive` or, by magnitude, `negative`. Cells that
 * are not zero are moved to `packed` first: most of a ReLU's are.
 *
 * Gives `done`, or counts nothing and gives `notFinite` (a cell is NaN or infinite) or `needsNegative` (a cell is below
 * zero and `negative` is 0).
 */
export function digestFunction(): WasmFunction {
  const f = new WasmFunction("digest", 5);
  const [plane, cells, packed, positive, negative] = f.parameters;
  const packedCells = f.local("i32");
  const packedLoop = new PlaneLoop(f, packed, packedCells);
  const [maximum, minimum] = [f.local("f32"), f.local("f32")];
  return f.define(
    packCode(f, new PlaneLoop(f, plane, cells), packed, packedCells),
    i32.store(addresses.zeros, zero, i32.sub(cells.get, packedCells.get)),
    measureCode(f, packedLoop, cells, maximum, minimum),
    when(
      i32.and(f32.less(minimum.get, f32.const(0)), i32.equalsZero(negative.get)),
      giveBack(i32.const(digestStatus.needsNegative)),
    ),
    countCode(f, packedLoop, positive, negative),
    i32.const(digestStatus.done),
  );
}

/** Moves the cells that are not zero to `packed`, in order, and sets their number. */
function packCode(f: WasmFunction, loop: PlaneLoop, packed: Local, packedCells: Local): Code {
  const [end, lanes] = [f.local("i32"), f.local("i32")];
  const none = f.invariant(splat(0));
  const pack = [
    ...lanes.set(i32x4.signBits(f32x4.notEqual(loop.vector.get, none))),
    ...v128.store(
      0,
      end.get,
      i8x16.swizzle(loop.vector.get, v128.load(addresses.packings, i32.shiftLeft(lanes.get, i32.const(4)))),
    ),
    ...end.set(i32.add(end.get, i32.shiftLeft(i32.countOnes(lanes.get), i32.const(2)))),
  ];
  return [
    ...end.set(packed.get),
    ...loop.whole(pack),
    ...loop.rest(pack),
    ...packedCells.set(i32.shiftRight(i32.sub(end.get, packed.get), i32.const(2))),
  ];
}

/** Extremes and sums of the packed cells; zeros count for the extremes. Leaves if a cell is not finite. */
function measureCode(f: WasmFunction, loop: PlaneLoop, cells: Local, maximum: Local, minimum: Local): Code {
  const [first, highest, lowest, wide, sumLow, sumHigh, squaresLow, squaresHigh] = Array.from({ length: 8 }, () =>
    f.local("v128"),
  );
  const squares = f.local("f64");
  const extremes = (values: Code): Code => [
    ...highest.set(f32x4.max(highest.get, values)),
    ...lowest.set(f32x4.min(lowest.get, values)),
  ];
  const sums = [
    ...wide.set(f64x2.fromLow(loop.vector.get)),
    ...sumLow.set(f64x2.add(sumLow.get, wide.get)),
    ...squaresLow.set(f64x2.add(squaresLow.get, f64x2.mul(wide.get, wide.get))),
    ...wide.set(f64x2.fromHigh(loop.vector.get)),
    ...sumHigh.set(f64x2.add(sumHigh.get, wide.get)),
    ...squaresHigh.set(f64x2.add(squaresHigh.get, f64x2.mul(wide.get, wide.get))),
  ];
  const across = (low: Local, high: Local): Code => {
    const both = f64x2.add(low.get, high.get);
    return f64.add(f64x2.extract(both, 0), f64x2.extract(both, 1));
  };
  const acrossLanes = (combine: (...operands: Code[]) => Code, values: Code): Code =>
    [1, 2, 3].reduce<Code>((all, lane) => combine(all, f32x4.extract(values, lane)), f32x4.extract(values, 0));
  return [
    // Without zeros the extremes begin with a cell, with zeros at zero (as locals do).
    when(i32.equal(loop.cells.get, cells.get), first.set(v128.loadSplat(0, loop.plane.get))),
    highest.set(first.get),
    lowest.set(first.get),
    loop.whole(extremes(loop.vector.get), sums),
    loop.rest(extremes(v128.select(loop.vector.get, first.get, loop.kept.get)), sums),
    squares.set(across(squaresLow, squaresHigh)),
    // An infinite square or NaN makes the sum of squares so; finite float32 cannot.
    when(f64.notEqual(f64.sub(squares.get, squares.get), f64.const(0)), giveBack(i32.const(digestStatus.notFinite))),
    f64.store(addresses.squares, zero, squares.get),
    f64.store(addresses.sum, zero, across(sumLow, sumHigh)),
    minimum.set(acrossLanes(f32.min, lowest.get)),
    f32.store(addresses.minimum, zero, minimum.get),
    maximum.set(acrossLanes(f32.max, highest.get)),
    f32.store(addresses.maximum, zero, maximum.get),
  ].flat();
}

/** Counts every packed cell in its bucket. */
function countCode(f: WasmFunction, loop: PlaneLoop, positive: Local, negative: Local): Code {
  const [slots, slot] = [f.local("v128"), f.local("i32")];
  const constant = (value: number) => f.invariant(splat(value));

  const magnitude = v128.and(loop.vector.get, constant(0x7fffffff));
  const unclamped = i32x4.sub(i32x4.shiftRightSigned(magnitude, i32.const(bucketShift)), constant(firstBucketBits));
  const bucket = i32x4.min(i32x4.max(unclamped, constant(0)), constant(bucketCount - 1));
  const isNegative = i32x4.shiftRightSigned(loop.vector.get, i32.const(31));
  const tables = [f.invariant(i32x4.splat(negative.get)), f.invariant(i32x4.splat(positive.get))];
  const find = slots.set(
    i32x4.add(i32x4.shiftLeft(bucket, i32.const(2)), v128.select(tables[0], tables[1], isNegative)),
  );
  const increments = [0, 1, 2, 3].flatMap((lane) => [
    ...slot.set(i32x4.extract(slots.get, lane)),
    ...i32.store(0, slot.get, i32.add(i32.load(0, slot.get), i32.const(1))),
  ]);
  return [
    ...loop.whole(find, increments),
    ...loop.rest(find, slots.set(v128.select(slots.get, splat(addresses.nowhere), loop.kept.get)), increments),
  ];
}

/** A plane as vectors of four cells: `whole` for those it fills, `rest` for the last one, where it is cut off. */
class PlaneLoop {
  readonly plane: Local;
  readonly cells: Local;
  /** Four cells; those beyond the end of the plane are zero. */
  readonly vector: Local;
  /** All bits set in the lanes of the last vector that belong to the plane. */
  readonly kept: Local;
  private readonly at: Local;
  private readonly wholeEnd: Local;
  private readonly restCells: Code;

  constructor(f: WasmFunction, plane: Local, cells: Local) {
    this.plane = plane;
    this.cells = cells;
    this.vector = f.local("v128");
    this.kept = f.local("v128");
    this.at = f.local("i32");
    this.wholeEnd = f.local("i32");
    this.restCells = i32.and(cells.get, i32.const(3));
  }

  whole(...body: Code[]): Code {
    const wholeBytes = i32.shiftLeft(i32.sub(this.cells.get, this.restCells), i32.const(2));
    return [
      ...this.at.set(this.plane.get),
      ...this.wholeEnd.set(i32.add(this.plane.get, wholeBytes)),
      ...during(
        i32.ltUnsigned(this.at.get, this.wholeEnd.get),
        this.vector.set(v128.load(0, this.at.get)),
        ...body,
        this.at.set(i32.add(this.at.get, i32.const(16))),
      ),
    ];
  }

  /** Comes after `whole`. */
  rest(...body: Code[]): Code {
    return when(
      this.restCells,
      this.kept.set(i32x4.less(v128.ints([0, 1, 2, 3]), i32x4.splat(this.restCells))),
      this.vector.set(v128.and(v128.load(0, this.at.get), this.kept.get)),
      ...body,
    );
  }
}

/** gather(source, stride in bytes, count, target): copies every stride-th float32. */
export function gatherFunction(): WasmFunction {
  const f = new WasmFunction("gather", 4);
  const [source, stride, count, target] = f.parameters;
  const end = f.local("i32");
  return f.define(
    end.set(i32.add(target.get, i32.shiftLeft(count.get, i32.const(2)))),
    during(
      i32.ltUnsigned(target.get, end.get),
      f32.store(0, target.get, f32.load(0, source.get)),
      source.set(i32.add(source.get, stride.get)),
      target.set(i32.add(target.get, i32.const(4))),
    ),
    i32.const(0),
  );
}
