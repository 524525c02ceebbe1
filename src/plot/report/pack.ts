/**
 * @file Drawings of neurons as bytes, little-endian, without padding. `unpackDrawings` of the page is the inverse.
 *
 *     drawing   = f32 from, f32 to, u16 bins, bins × u32 count, u16 exemplars, exemplars × exemplar
 *     exemplar  = u32 picture, f32 value, 4 × f32 crop (x, y, width, height), u8 hasMap, [map]
 *     map       = u16 rows, u16 columns, 4 × f32 (x, y, stepX, stepY), f32 level, rows · columns × u8
 */

import type { ReportExemplar } from "../neuron-report.ts";
import type { NeuronDrawing } from "./catalogue.ts";

const EXEMPLAR_BYTES = 25;
const MAP_BYTES = 24;

function bytesOf(drawing: NeuronDrawing): number {
  const exemplars = drawing.exemplars.map(({ map }) => EXEMPLAR_BYTES + (map ? MAP_BYTES + map.values.length : 0));
  return 12 + 4 * drawing.histogram.counts.length + exemplars.reduce((sum, bytes) => sum + bytes, 0);
}

/** Writes numbers one after the other. */
class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  u8(value: number): void {
    this.view.setUint8(this.at, value);
    this.at += 1;
  }

  u16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  f32(...values: readonly number[]): void {
    for (const value of values) {
      this.view.setFloat32(this.at, value, true);
      this.at += 4;
    }
  }

  raw(values: Uint8Array): void {
    this.bytes.set(values, this.at);
    this.at += values.length;
  }
}

function writeExemplar(writer: Writer, { picture, value, crop, map }: ReportExemplar): void {
  writer.u32(picture);
  writer.f32(value, crop.x, crop.y, crop.width, crop.height);
  writer.u8(map ? 1 : 0);
  if (!map) return;
  writer.u16(map.rows);
  writer.u16(map.columns);
  writer.f32(map.x, map.y, map.stepX, map.stepY, map.level);
  writer.raw(map.values);
}

/** The drawings as one block of bytes. */
export function packDrawings(drawings: readonly NeuronDrawing[]): Uint8Array {
  const writer = new Writer(drawings.reduce((sum, drawing) => sum + bytesOf(drawing), 0));
  for (const { histogram, exemplars } of drawings) {
    writer.f32(histogram.from, histogram.to);
    writer.u16(histogram.counts.length);
    for (const count of histogram.counts) writer.u32(count);
    writer.u16(exemplars.length);
    for (const exemplar of exemplars) writeExemplar(writer, exemplar);
  }
  return writer.bytes;
}
