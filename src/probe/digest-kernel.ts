/**
 * @file The digest kernel: what recording does with every activation, compiled from `digest-code.ts`.
 *
 * JavaScript needs three to four times as long for the same (bounds checks of typed arrays, mispredicted branches on
 * zeros), and recording brings millions of activations per picture.
 */

import { CajalError } from "../graph/error.ts";
import { bucketCount } from "./buckets.ts";
import { addresses, digestFunction, digestStatus, gatherFunction, packings, slackBytes } from "./digest-code.ts";
import { assemble } from "./webassembly.ts";

const pageBytes = 65536;
/** 4 GiB: the limit of 32-bit addresses. */
const mostPages = 65536;

interface Exports {
  digest(plane: number, cells: number, packed: number, positive: number, negative: number): number;
  gather(source: number, stride: number, count: number, target: number): number;
}

/** Where a unit's activations are counted: addresses of tables of the kernel, 0 for no table. */
export interface Tables {
  readonly positive: number;
  /** Made when the first negative activation comes. */
  negative: number;
}

/** The compiled kernel with its memory: tables of bucket counters, and room for the activations at work. */
export class DigestKernel {
  /** What the last digest found in the finite activations of a plane; extremes are NaN if there is none. */
  cells = 0;
  zeros = 0;
  maximum = 0;
  minimum = 0;
  sum = 0;
  squares = 0;
  nans = 0;
  infinities = 0;
  /** Room for activations, see `reserve`. */
  room = new Float32Array();

  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private readonly exports: Exports;
  private results = new DataView(this.memory.buffer);
  private packed = 0;
  private free: number = addresses.free;

  constructor() {
    const module = new WebAssembly.Module(assemble([digestFunction(), gatherFunction()]));
    const instance = new WebAssembly.Instance(module, { host: { memory: this.memory } });
    this.exports = instance.exports as unknown as Exports;
    new Uint8Array(this.memory.buffer, addresses.packings).set(packings);
  }

  /** The address of a new table of bucketCount counters, all zero. */
  newTable(): number {
    return this.allocate(4 * bucketCount);
  }

  /** The counters of a table, uint32 held in int32. The view ends with the next allocation. */
  counters(table: number): Int32Array {
    return new Int32Array(this.memory.buffer, table, bucketCount);
  }

  /** Makes sure that `room` holds so many float32 activations. */
  reserve(activations: number): void {
    if (this.room.length >= activations) return;
    const address = this.allocate(4 * activations + slackBytes);
    this.packed = this.allocate(4 * activations + slackBytes);
    this.room = new Float32Array(this.memory.buffer, address, activations);
  }

  /** Digests the `cells` ≥ 1 activations from `offset` of the room on and counts them in the unit's tables. */
  digest(offset: number, cells: number, tables: Tables): void {
    this.nans = 0;
    this.infinities = 0;
    const plane = this.room.byteOffset + 4 * offset;
    const status = this.exports.digest(plane, cells, this.packed, tables.positive, tables.negative);
    if (status === digestStatus.done) this.read(cells);
    else if (status === digestStatus.notFinite) this.digestFinite(offset, cells, tables);
    else {
      tables.negative = this.newTable();
      this.digest(offset, cells, tables);
    }
  }

  /** Copies `count` activations, `stride` apart from `source` on, to `target` (offsets into the room). */
  gather(source: number, stride: number, count: number, target: number): void {
    const { byteOffset } = this.room;
    this.exports.gather(byteOffset + 4 * source, 4 * stride, count, byteOffset + 4 * target);
  }

  private read(cells: number): void {
    const { results } = this;
    this.cells = cells;
    this.maximum = results.getFloat32(addresses.maximum, true);
    this.minimum = results.getFloat32(addresses.minimum, true);
    this.zeros = results.getInt32(addresses.zeros, true);
    this.sum = results.getFloat64(addresses.sum, true);
    this.squares = results.getFloat64(addresses.squares, true);
  }

  /** The rare case: NaN and ±Infinity are counted apart, the others moved together and digested. */
  private digestFinite(offset: number, cells: number, tables: Tables): void {
    const { room } = this;
    let kept = 0;
    let nans = 0;
    for (let cell = offset; cell < offset + cells; cell++) {
      const value = room[cell];
      if (Number.isFinite(value)) room[offset + kept++] = value;
      else if (Number.isNaN(value)) nans++;
    }
    if (kept > 0) this.digest(offset, kept, tables);
    else {
      this.cells = this.zeros = this.sum = this.squares = 0;
      this.maximum = this.minimum = Number.NaN;
    }
    this.nans = nans;
    this.infinities = cells - kept - nans;
  }

  /** The address of so many new bytes, all zero, aligned for vectors. They are never given back. */
  private allocate(bytes: number): number {
    const address = this.free;
    this.free = Math.ceil((address + bytes) / 16) * 16;
    const missing = this.free - this.memory.buffer.byteLength;
    if (missing > 0) {
      const { byteOffset, length } = this.room;
      this.grow(missing);
      this.results = new DataView(this.memory.buffer);
      this.room = new Float32Array(this.memory.buffer, byteOffset, length);
    }
    return address;
  }

  /** A quarter more than is missing, so that small tables do not come one by one: pages never touched cost nothing. */
  private grow(missing: number): void {
    const { byteLength } = this.memory.buffer;
    const pages = Math.ceil(missing / pageBytes);
    const left = mostPages - byteLength / pageBytes;
    if (pages > left) {
      throw new CajalError(
        "too-large",
        `the distributions of all units need more than ${mostPages * pageBytes} bytes`,
        {
          advice: "Record fewer layers at once.",
        },
      );
    }
    this.memory.grow(Math.min(left, pages + Math.ceil(byteLength / 4 / pageBytes)));
  }
}
