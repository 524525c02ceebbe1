/** @file What a network that learns tells on the way. */

import type { FitProgress } from "cajal/nn";

/** A line for people now and then. */
export function teller(say: (line: string) => void, every = 50) {
  return ({ step, steps, loss, rate, secondsLeft, evaluation }: FitProgress): void => {
    if (step % every !== 0 && evaluation === undefined && step !== steps) return;
    const found = Object.entries(evaluation ?? {}).map(([name, value]) => `, ${name} ${value.toFixed(4)}`);
    const pace = rate === undefined ? "" : `, ${rate.toFixed(1)} steps/s, ${secondsLeft?.toFixed(0)} s left`;
    say(`step ${step}/${steps}: loss ${loss.toFixed(4)}${found.join("")}${pace}`);
  };
}

/** Seconds since its making: by the clock, and of all processor cores together, which other work on the machine disturbs less. */
export function stopwatch(): () => { seconds: number; processorSeconds: number } {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: Math.round((performance.now() - start) / 1000),
      processorSeconds: Math.round((user + system) / 1e6),
    };
  };
}
