/** @file The largest of many numbers, exactly so many: what every mask is chosen by. */

/** A score that is never chosen. */
export const never = Number.NEGATIVE_INFINITY;

/**
 * Marks the places of the `count` largest scores with 1; of equal ones the first come first. Places whose score is `never` are not chosen,
 * even when there are fewer than `count` others.
 */
export function markLargest(scores: Float64Array, count: number): Uint8Array {
  const chosen = new Uint8Array(scores.length);
  const eligible = new Float64Array(scores.length);
  let size = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] > never) eligible[size++] = scores[i];
  const wanted = Math.min(count, size);
  if (wanted <= 0) return chosen;
  const threshold = selectLargest(eligible.subarray(0, size), wanted);
  let ties = wanted;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > threshold) {
      chosen[i] = 1;
      ties--;
    }
  }
  for (let i = 0; ties > 0; i++) {
    if (scores[i] === threshold) {
      chosen[i] = 1;
      ties--;
    }
  }
  return chosen;
}

/** The k-th largest element (Hoare's selection), k from 1 on. The elements come into another order. */
function selectLargest(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i <= j) {
        const value = values[i];
        values[i++] = values[j];
        values[j--] = value;
      }
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
  return values[k - 1];
}
