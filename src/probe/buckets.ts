/**
 * @file The buckets of the activation sketch: 32 per octave, read off a float32's bits.
 *
 * A float32 is a sign, an 8-bit exponent and a 23-bit mantissa. Its bits without the sign, shifted right by 18, count
 * octaves of 32 equally wide buckets: every bucket spans between 1/64 and 1/32 of its values. (Masson, Rim & Lee 2019,
 * DDSketch, arXiv:1908.10693, with the logarithm replaced by its piecewise linear approximation.)
 */

/** Magnitudes from 2^−16 to 2^16 have buckets of their own; what is smaller or larger shares the first or last one. */
const lowestExponent = -16;
const highestExponent = 16;

const perOctave = 32;

/** Bits of the mantissa that a bucket does not look at. */
export const bucketShift = 23 - Math.log2(perOctave);

/** Buckets of one sign. */
export const bucketCount = (highestExponent - lowestExponent) * perOctave;

/** Bits of the smallest magnitude with its own bucket, shifted like those of a value (127: bias of the exponent). */
export const firstBucketBits = (127 + lowestExponent) * perOctave;

/** Where each bucket begins; at the end, where the last one would end. */
const edges = Float64Array.from({ length: bucketCount + 1 }, (_, bucket) => {
  const octave = Math.floor(bucket / perOctave);
  return 2 ** (lowestExponent + octave) * (1 + (bucket - octave * perOctave) / perOctave);
});

/** The smallest magnitude in a bucket. The first bucket begins at zero: it also holds what is smaller than its share. */
export function lowerEdge(bucket: number): number {
  return bucket === 0 ? 0 : edges[bucket];
}

/** The magnitude where the next bucket begins. The last bucket has no end. */
export function upperEdge(bucket: number): number {
  return bucket === bucketCount - 1 ? Number.POSITIVE_INFINITY : edges[bucket + 1];
}
