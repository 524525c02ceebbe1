/** @file Tasks that cost money, a few at a time: after a failure no other one begins, and those under way are heard out. */

/** @param width tasks under way at most @throws the first failure, when nothing is under way any more */
export async function inTurn<T, R>(
  tasks: readonly T[],
  width: number,
  work: (task: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(tasks.length);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(tasks[index], index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
