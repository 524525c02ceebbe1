/**
 * @file The event-driven simulation of a network: time stands still between events. A spike adds the weights of its synapses to what will
 * arrive at their targets; neurons are computed only where something arrives.
 */

import { CajalError, compile, formatShape, sizeOf, Tensor, type Value } from "../../../graph/index.ts";
import type { Neuron, NeuronState } from "../neuron.ts";
import { biasCurrents } from "./bias.ts";
import { type EventMembranes, eventMembranes } from "./event-membranes.ts";
import { type Network, type NetworkPlan, planNetwork } from "./network.ts";
import { type Synapses, synapsesOf } from "./synapses.ts";

export interface EventRun {
  /** By node of neurons: spikes [T, units]; membranes of neurons without threshold. */
  readonly spikes: Readonly<Record<string, Tensor>>;
  /** By output node: [T, units]. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** By node of neurons: v after the last step. */
  readonly membranes: Readonly<Record<string, Float32Array>>;
  /** Additions at synapses: one for each synapse that each event reached within the run. */
  readonly synapticOperations: number;
  /** Steps of neurons that were computed. */
  readonly neuronUpdates: number;
}

/** A population of neurons, however they are computed. */
interface Population {
  readonly units: number;
  /** What the units put out at step t, given what arrives. */
  step(t: number, arriving: Float64Array, touched: readonly number[]): Promise<readonly (readonly [number, number])[]>;
  membranes(t: number): Float32Array;
  updates(): number;
  release(): Promise<void>;
}

export interface EventOptions {
  /** By node of neurons: how many steps it runs; then it is silent. Default: all. */
  readonly until?: Readonly<Record<string, number>>;
}

/** Runs one example from rest. @param inputs by input node: [T, …units]; events are the elements other than 0, which count with their value */
export type EventSimulator = (inputs: Readonly<Record<string, Tensor>>, options?: EventOptions) => Promise<EventRun>;

/** Runs one example. For more than one, `eventSimulator` makes lists of synapses only once. */
export function simulateEvents(
  network: Network,
  inputs: Readonly<Record<string, Tensor>>,
  options?: EventOptions,
): Promise<EventRun> {
  return eventSimulator(network)(inputs, options);
}

/** @throws CajalError as `planNetwork` and `synapsesOf`; (when run) `shape` when inputs do not fit */
export function eventSimulator(network: Network): EventSimulator {
  const plan = planNetwork(network);
  const synapses = synapsesOf(plan);
  const bias = biasCurrents(plan);
  return (inputs, options = {}) => simulate(plan, synapses, bias, inputs, options);
}

async function simulate(
  { nodes, order, shapes }: NetworkPlan,
  synapses: readonly Synapses[],
  bias: ReadonlyMap<string, Float64Array>,
  inputs: Readonly<Record<string, Tensor>>,
  { until = {} }: EventOptions,
): Promise<EventRun> {
  const units = (name: string) => sizeOf(shapes[name]);
  const steps = checkInputs(order, nodes, inputs, units);
  const slots = 1 + synapses.reduce((most, { delays }) => delays.reduce((a, b) => Math.max(a, b), most), 0);

  const kinds = (kind: string) => order.filter((name) => nodes[name].kind === kind);
  const queues = new Map([...kinds("neurons"), ...kinds("output")].map((name) => [name, arrivals(units(name), slots)]));
  const populations = new Map<string, Population>();
  for (const name of kinds("neurons")) {
    const node = nodes[name];
    if (node.kind === "neurons") populations.set(name, population(node.neuron, units(name), bias.get(name)));
  }
  const recorded = new Map([...queues.keys()].map((name) => [name, new Float32Array(steps * units(name))]));
  const bySource = new Map<string, Synapses[]>();
  for (const list of synapses) bySource.set(list.from, [...(bySource.get(list.from) ?? []), list]);
  let synapticOperations = 0;

  const send = (source: string, unit: number, value: number, t: number) => {
    for (const { to, starts, targets, weights, delays, weighted } of bySource.get(source) ?? []) {
      const queue = queues.get(to) as Arrivals;
      for (let k = starts[unit]; k < starts[unit + 1]; k++) {
        if (t + delays[k] >= steps) continue;
        queue.add(t + delays[k], targets[k], weights[k] * value);
        if (weighted) synapticOperations++;
      }
    }
  };
  for (let t = 0; t < steps; t++) {
    for (const name of order) {
      const node = nodes[name];
      if (node.kind === "input") {
        const { data } = inputs[name];
        for (let unit = 0, at = t * units(name); unit < units(name); unit++, at++)
          if (data[at] !== 0) send(name, unit, Number(data[at]), t);
      } else if (node.kind === "neurons" || node.kind === "output") {
        const { sums, touched, clear } = (queues.get(name) as Arrivals).at(t);
        const record = recorded.get(name) as Float32Array;
        if (node.kind === "output") {
          record.set(sums, t * units(name));
          const constant = bias.get(name);
          if (constant) for (const [unit, value] of constant.entries()) record[t * units(name) + unit] += value;
        } else if (t < (until[name] ?? steps)) {
          for (const [unit, value] of await (populations.get(name) as Population).step(t, sums, touched)) {
            record[t * units(name) + unit] = value;
            if (value !== 0) send(name, unit, value, t);
          }
        }
        clear();
      }
    }
  }
  for (const { release } of populations.values()) await release();
  const results = (names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [name, new Tensor("float32", [steps, units(name)], recorded.get(name) as Float32Array)]),
    );
  return {
    spikes: results(kinds("neurons")),
    outputs: results(kinds("output")),
    membranes: Object.fromEntries([...populations].map(([name, p]) => [name, p.membranes(steps - 1)])),
    synapticOperations,
    neuronUpdates: [...populations.values()].reduce((sum, { updates }) => sum + updates(), 0),
  };
}

function checkInputs(
  order: readonly string[],
  nodes: Network["nodes"],
  inputs: Readonly<Record<string, Tensor>>,
  units: (name: string) => number,
): number {
  let steps: number | undefined;
  for (const name of order.filter((node) => nodes[node].kind === "input")) {
    const given = inputs[name];
    if (given === undefined) throw new CajalError("argument", `network: nothing is given for the input "${name}"`);
    if (given.size !== given.shape[0] * units(name) || (steps ?? given.shape[0]) !== given.shape[0])
      throw new CajalError(
        "shape",
        `network: the input "${name}" is ${formatShape(given.shape)}, not [${steps ?? "T"}, ${units(name)}]`,
      );
    steps = given.shape[0];
  }
  if (steps === undefined) throw new CajalError("argument", "network: it has no input");
  return steps;
}

/** What is on its way to a population: a ring of steps. */
interface Arrivals {
  add(t: number, unit: number, value: number): void;
  at(t: number): { readonly sums: Float64Array; readonly touched: readonly number[]; clear(): void };
}

function arrivals(units: number, slots: number): Arrivals {
  const sums = Array.from({ length: slots }, () => new Float64Array(units));
  const marked = Array.from({ length: slots }, () => new Uint8Array(units));
  const touched = Array.from({ length: slots }, (): number[] => []);
  return {
    add(t, unit, value) {
      const slot = t % slots;
      sums[slot][unit] += value;
      if (!marked[slot][unit]) touched[slot].push(unit);
      marked[slot][unit] = 1;
    },
    at(t) {
      const slot = t % slots;
      return {
        sums: sums[slot],
        touched: touched[slot],
        clear: () => {
          for (const unit of touched[slot]) {
            sums[slot][unit] = 0;
            marked[slot][unit] = 0;
          }
          touched[slot].length = 0;
        },
      };
    },
  };
}

function population(neuron: Neuron, units: number, bias: Float64Array = new Float64Array(units)): Population {
  return neuron.dynamics === undefined
    ? steppedPopulation(neuron, units, bias)
    : lazyPopulation(eventMembranes(neuron.dynamics, units, bias), units, neuron.dynamics.firing !== undefined);
}

function lazyPopulation(membranes: EventMembranes, units: number, fires: boolean): Population {
  let restless = new Set<number>();
  for (let unit = 0; unit < units; unit++) if (membranes.isRestless(unit)) restless.add(unit);
  return {
    units,
    async step(t, arriving, touched) {
      const due = new Set([...restless, ...touched]);
      restless = new Set();
      const out: [number, number][] = [];
      for (const unit of due) {
        const value = membranes.touch(unit, t, arriving[unit]);
        if (fires && value !== 0) out.push([unit, value]);
        if (membranes.isRestless(unit)) restless.add(unit);
      }
      // The output of a membrane without threshold is wanted at all steps.
      return fires ? out.sort(([a], [b]) => a - b) : [...membranes.membranes(t)].map((v, unit) => [unit, v] as const);
    },
    membranes: (t) => membranes.membranes(t),
    updates: () => membranes.updates,
    release: async () => undefined,
  };
}

/** Neurons whose membranes do not leak linearly: all take every step, in the engine. */
function steppedPopulation(neuron: Neuron, units: number, bias: Float64Array): Population {
  type State = NeuronState<Tensor>;
  const rest = compile((x: Value) => neuron.rest(x));
  const step = compile((x: Value, state: NeuronState<Value>) => neuron.step(x, state));
  let state: State | undefined;
  let updates = 0;
  return {
    units,
    async step(_t, arriving) {
      const x = Tensor.of(
        arriving.map((value, unit) => value + bias[unit]),
        [1, units],
      );
      const before: State = state ?? (await rest(x));
      const after = (await step(x, before)) as { output: Tensor; state: State };
      state = after.state;
      updates += units;
      return [...after.output.numbers()].flatMap((value, unit) => (value === 0 ? [] : [[unit, value] as const]));
    },
    membranes: () => Float32Array.from(state?.v?.numbers() ?? new Float64Array(units)),
    updates: () => updates,
    release: async () => {
      await Promise.all([rest.release(), step.release()]);
    },
  };
}
