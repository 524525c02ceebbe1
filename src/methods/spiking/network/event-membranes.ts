/**
 * @file Linear membranes of one population on the host, touched only when something arrives: in between, β^Δt is all that happens. Numbers
 * are float32 at each operation, as in the dense simulation.
 */

import type { LinearDynamics } from "../dynamics.ts";
import type { Reset } from "../fire.ts";
import { numbersOf, type Parameter } from "../parameter.ts";

/** A synaptic current whose effect is smaller than this share of the way to the threshold is none. */
const negligible = 1e-8;

const f = Math.fround;

export interface EventMembranes {
  /**
   * Unit `unit` at step `t`, with what arrives there. It must not go back in time.
   * @returns what it puts out: 1 for a spike, else 0; membranes without threshold their v
   */
  touch(unit: number, t: number, arriving: number): number;
  /** Whether the unit has to be touched in the next step though nothing arrives. */
  isRestless(unit: number): boolean;
  /** v of all units as they are after step t. */
  membranes(t: number): Float32Array;
  /** How often units were touched. */
  readonly updates: number;
}

/** @param bias a current that flows all the time, one for each unit */
export function eventMembranes(dynamics: LinearDynamics, count: number, bias: Float64Array): EventMembranes {
  const { leak, firing, synapse, adaptation } = dynamics;
  const each = (parameter: Parameter) => Float32Array.from(numbersOf(parameter, count));
  const [decay, gain, rest] = [each(leak.decay), each(leak.gain), each(leak.rest)];
  const v = Float32Array.from(rest);
  const last = new Int32Array(count).fill(-1);
  const theta = firing && each(firing.threshold);
  const down = firing && each(firing.resetPotential);
  const refractory = new Int32Array(count);
  const due = new Uint8Array(count);
  const current = synapse && {
    i: new Float32Array(count),
    decay: each(synapse.decay),
    gain: each(synapse.gain),
  };
  const raised = adaptation && {
    b: new Float32Array(count),
    decay: each(adaptation.decay),
    strength: each(adaptation.strength),
  };
  const reset: Reset = firing?.reset ?? "none";
  let updates = 0;

  /** v after one step with a membrane current x, as the dense step computes it. */
  const charge = (unit: number, x: number) => {
    const from = rest[unit] === 0 ? v[unit] : f(v[unit] - rest[unit]);
    const left = f(from * decay[unit]);
    return f((rest[unit] === 0 ? left : f(left + rest[unit])) + f(x * gain[unit]));
  };
  /** Steps without arrivals. */
  const elapse = (unit: number, steps: number) => {
    if (steps <= 0) return;
    const frozen = Math.min(refractory[unit], steps);
    refractory[unit] -= frozen;
    const free = steps - frozen;
    // Where v ends up with the constant current alone; biased membranes of synapses are restless instead.
    const level = current || bias[unit] === 0 ? rest[unit] : rest[unit] + (gain[unit] * bias[unit]) / (1 - decay[unit]);
    if (free > 0)
      v[unit] = level === 0 ? v[unit] * decay[unit] ** free : level + (v[unit] - level) * decay[unit] ** free;
    if (raised) raised.b[unit] *= raised.decay[unit] ** steps;
  };

  const touch = (unit: number, t: number, arriving: number): number => {
    elapse(unit, t - last[unit] - 1);
    last[unit] = t;
    updates++;
    let x = f(arriving + bias[unit]);
    if (current) {
      current.i[unit] = current.i[unit] + f(x * current.gain[unit]);
      x = current.i[unit];
      current.i[unit] *= current.decay[unit];
    }
    const threshold = theta ? f(theta[unit] + (raised ? f(raised.b[unit] * raised.strength[unit]) : 0)) : 0;
    let charged = charge(unit, x);
    if (due[unit]) charged = f(charged - threshold);
    due[unit] = 0;
    if (!firing || !down) {
      v[unit] = charged;
      return charged;
    }
    let fires = false;
    if (refractory[unit] > 0) refractory[unit]--;
    else {
      const above = f(charged - threshold);
      fires = firing.fireAt === ">" ? above > 0 : above >= 0;
      v[unit] = charged;
      if (fires) {
        if (reset === "hard") v[unit] = down[unit];
        else if (reset === "soft") v[unit] = charged - threshold;
        else if (reset === "delayedSoft") due[unit] = 1;
        refractory[unit] = firing.refractory;
      }
    }
    if (raised) {
      const keep = raised.decay[unit];
      raised.b[unit] = f(raised.b[unit] * keep) + (fires ? f(1 - keep) : 0);
    }
    return Number(fires);
  };

  const isRestless = (unit: number): boolean => {
    if (due[unit]) return true;
    if (current) {
      const far = theta ? Math.abs(theta[unit] - rest[unit]) : 1;
      if (bias[unit] !== 0 || Math.abs(current.i[unit] * gain[unit]) > negligible * far) return true;
      current.i[unit] = 0;
    }
    if (!theta) return false;
    if (refractory[unit] > 0) return false;
    const next = charge(unit, f(bias[unit]));
    // With a constant current v only ever nears one level, so that it fires in the next step, or at that level, or not at all.
    const level =
      decay[unit] < 1 ? rest[unit] + (gain[unit] * bias[unit]) / (1 - decay[unit]) : bias[unit] > 0 ? Infinity : next;
    return next >= theta[unit] || level >= theta[unit];
  };

  return {
    touch,
    isRestless,
    membranes(t) {
      for (let unit = 0; unit < count; unit++) {
        elapse(unit, t - last[unit]);
        last[unit] = Math.max(last[unit], t);
      }
      return v.slice();
    },
    get updates() {
      return updates;
    },
  };
}
