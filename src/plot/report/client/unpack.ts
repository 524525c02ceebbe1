/** @file Drawings of neurons from bytes: the inverse of `packDrawings`. Runs inside the page: no outside references. */

import type { ReportExemplar } from "../../neuron-report.ts";
import type { NeuronDrawing } from "../catalogue.ts";

/** All drawings of a block, in the order they were packed. Throws a RangeError where the block is cut short. */
export function unpackDrawings(bytes: Uint8Array): NeuronDrawing[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (size: number): number => {
    at += size;
    return at - size;
  };
  const u8 = () => view.getUint8(skip(1));
  const u16 = () => view.getUint16(skip(2), true);
  const u32 = () => view.getUint32(skip(4), true);
  const f32 = () => view.getFloat32(skip(4), true);

  const readMap = (): NonNullable<ReportExemplar["map"]> => {
    const rows = u16();
    const columns = u16();
    const map = { rows, columns, x: f32(), y: f32(), stepX: f32(), stepY: f32(), level: f32() };
    const values = bytes.subarray(at, at + rows * columns);
    if (values.length < rows * columns) throw new RangeError("the block of drawings ends within a map");
    at += values.length;
    return { ...map, values };
  };
  const readExemplar = (): ReportExemplar => {
    const picture = u32();
    const value = f32();
    const crop = { x: f32(), y: f32(), width: f32(), height: f32() };
    return u8() === 1 ? { picture, value, crop, map: readMap() } : { picture, value, crop };
  };

  const drawings: NeuronDrawing[] = [];
  while (at < bytes.length) {
    const from = f32();
    const to = f32();
    const counts = Array.from({ length: u16() }, u32);
    const exemplars = Array.from({ length: u16() }, readExemplar);
    drawings.push({ histogram: { from, to, counts }, exemplars });
  }
  return drawings;
}
