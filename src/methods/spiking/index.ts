/**
 * @file cajal/methods/spiking: what spiking methods stand on. Neuron models with surrogate gradients, from and to spikes, networks that run densely
 * and event by event, operations and energy, NIR files.
 */

export { type AudioOptions, audioToSpikes } from "./coding/audio.ts";
export * as decode from "./coding/decode.ts";
export * as encode from "./coding/encode.ts";
export { type Leak, type LinearDynamics, leakTowardsRest, leakyNeuron } from "./dynamics.ts";
export {
  countOperations,
  type OperationOptions,
  type OperationReport,
  type OperationRow,
  picojoules,
} from "./energy.ts";
export {
  type Firing,
  type FiringOptions,
  fireAndReset,
  firing,
  type Membrane,
  membraneAt,
  type Reset,
} from "./fire.ts";
export { denseNetwork, type NetworkRun, type NetworkState } from "./network/dense.ts";
export {
  type EventOptions,
  type EventRun,
  type EventSimulator,
  eventSimulator,
  simulateEvents,
} from "./network/events.ts";
export { type Network, type NetworkNode, type NetworkPlan, planNetwork } from "./network/network.ts";
export { type Synapses, synapsesOf } from "./network/synapses.ts";
export { filled, type Neuron, type NeuronState, type Step } from "./neuron.ts";
export { type AlifOptions, type AlifState, alif, alifStep } from "./neurons/alif.ts";
export { type CubaLiState, cubaLi, cubaLiStep } from "./neurons/cuba-li.ts";
export { type CubaLifOptions, type CubaState, cubaLif, cubaLifStep, type SynapseOptions } from "./neurons/cuba-lif.ts";
export { type IntegrateAndFireOptions, integrateAndFire, integrateAndFireStep } from "./neurons/integrate-and-fire.ts";
export {
  cellTypes,
  type IzhikevichOptions,
  type IzhikevichState,
  izhikevich,
  izhikevichStep,
} from "./neurons/izhikevich.ts";
export { type LeakyOptions, leaky, leakyStep } from "./neurons/leaky.ts";
export { type LiOptions, type LiState, li, liStep } from "./neurons/li.ts";
export { type LifOptions, lif, lifStep } from "./neurons/lif.ts";
export { type LifBoxOptions, lifBox, lifBoxStep } from "./neurons/lif-box.ts";
export { type ContinuousOptions, type LifExactOptions, lifExact, lifExactStep } from "./neurons/lif-exact.ts";
export { initPlif, type PlifOptions, plif, plifStep } from "./neurons/plif.ts";
export { threshold } from "./neurons/threshold.ts";
export { type FromNirOptions, networkFromNir } from "./nir/from-nir.ts";
export type { NirGraph, NirMetadata, NirNode, NirPrimitive, NirType } from "./nir/graph.ts";
export { decodeNir, encodeNir } from "./nir/hdf5.ts";
export { formatNir, parseNir } from "./nir/json.ts";
export type { Discretisation } from "./nir/neurons.ts";
export { networkToNir, type ToNirOptions } from "./nir/to-nir.ts";
export { derived, lifted, numbersOf, type Parameter } from "./parameter.ts";
export { type CostPoint, costOfAccuracy, energyBars, membraneTrace, rasterOf, rateHistogram } from "./pictures.ts";
export { type NeuronRun, type RunOptions, runNeurons } from "./run-neurons.ts";
export {
  atan,
  fastSigmoid,
  gaussian,
  rectangle,
  type SpikeOptions,
  type Surrogate,
  sigmoid,
  spike,
  triangle,
} from "./surrogate.ts";
