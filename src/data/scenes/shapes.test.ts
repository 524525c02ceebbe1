import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMS, type Form, type Point, STEP } from "./shapes.ts";
import { SHAPES } from "./vocabulary.ts";

const coordinate = fc.double({ min: -2, max: 2, noNaN: true });

/** Distance from a point to the straight piece between two points. */
function toPiece([u, v]: Point, [au, av]: Point, [bu, bv]: Point): number {
  const squared = (bu - au) ** 2 + (bv - av) ** 2;
  const along = Math.min(1, Math.max(0, ((u - au) * (bu - au) + (v - av) * (bv - av)) / squared));
  return Math.hypot(u - au - along * (bu - au), v - av - along * (bv - av));
}

function toOutline(form: Form, point: Point): number {
  const pieces = form.outline.flatMap((curve) =>
    curve.map((from, i) => toPiece(point, from, curve[(i + 1) % curve.length])),
  );
  return Math.min(...pieces);
}

/** Even–odd rule over all curves: does a ray towards +u cross the outline an odd number of times? */
function within(form: Form, [u, v]: Point): boolean {
  let inside = false;
  for (const curve of form.outline) {
    for (const [i, [au, av]] of curve.entries()) {
      const [bu, bv] = curve[(i + 1) % curve.length];
      if (av > v !== bv > v && u < au + ((v - av) / (bv - av)) * (bu - au)) inside = !inside;
    }
  }
  return inside;
}

describe.each(SHAPES)("%s", (shape) => {
  const form = FORMS[shape];
  const chordError = 1 - Math.cos(STEP / 2); // a piece between two points of a unit circle lies this far inside it

  it("is as far away outside as its outline, and no farther inside", () => {
    fc.assert(
      fc.property(coordinate, coordinate, (u, v) => {
        const distance = form.distance(u, v);
        const nearest = toOutline(form, [u, v]);
        if (nearest < 2 * chordError) return;
        expect(distance < 0).toBe(within(form, [u, v]));
        if (distance > 0) expect(Math.abs(distance - nearest)).toBeLessThan(2 * chordError);
        else expect(-distance).toBeLessThan(nearest + 2 * chordError);
      }),
      { numRuns: 300 },
    );
  });

  it("changes by at most the length of a step", () => {
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (u, v, s, t) => {
        const change = Math.abs(form.distance(u, v) - form.distance(s, t));
        expect(change).toBeLessThanOrEqual(Math.hypot(u - s, v - t) + 1e-9);
      }),
    );
  });

  it("has an outline of points at most STEP apart, at distance 0 and within reach", () => {
    for (const curve of form.outline) {
      for (const [i, [u, v]] of curve.entries()) {
        const [nextU, nextV] = curve[(i + 1) % curve.length];
        expect(Math.hypot(nextU - u, nextV - v)).toBeLessThanOrEqual(STEP + 1e-9);
        expect(form.distance(u, v)).toBeCloseTo(0, 9);
        expect(Math.hypot(u, v)).toBeLessThanOrEqual(form.reach + 1e-9);
      }
    }
  });
});
