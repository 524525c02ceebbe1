/** @file Exit codes that mean something. */

export const exitCode = {
  ok: 0,
  /** The work could not be done; the message says why. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** A defect of Cajal. */
  defect: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
