/** Work that is asked for faster than it is done. */

/**
 * A function that does the work as often as it is asked to, but once for all that is asked while it is busy.
 * @param work when its result is true it is done again, until it is not
 */
export function newest(work: () => Promise<boolean>): () => Promise<void> {
  let [isBusy, isWanted] = [false, false];
  return async () => {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    try {
      while (isWanted) {
        isWanted = false;
        if (await work()) isWanted = true;
      }
    } finally {
      isBusy = false;
    }
  };
}
