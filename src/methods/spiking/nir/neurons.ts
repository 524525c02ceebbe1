/**
 * @file Neurons between NIR and steps of time: τ·dv/dt = (v_leak − v) + R·I of a node of NIR, in seconds, against the parameters of a model
 * in steps.
 */

import { CajalError, type Shape, sizeOf, Tensor } from "../../../graph/index.ts";
import type { Firing, Reset } from "../fire.ts";
import type { Neuron } from "../neuron.ts";
import { cubaLi } from "../neurons/cuba-li.ts";
import { cubaLif, type Synapse } from "../neurons/cuba-lif.ts";
import { type IntegrateAndFire, integrateAndFire } from "../neurons/integrate-and-fire.ts";
import type { Leaky } from "../neurons/leaky.ts";
import { type Li, li } from "../neurons/li.ts";
import type { Lif } from "../neurons/lif.ts";
import { lifBox } from "../neurons/lif-box.ts";
import { type Continuous, lifExact } from "../neurons/lif-exact.ts";
import type { Plif } from "../neurons/plif.ts";
import { threshold } from "../neurons/threshold.ts";
import { derived, numbersOf, type Parameter } from "../parameter.ts";
import { type NirMetadata, type NirPrimitive, numbersOfParameter } from "./graph.ts";

/** How a differential equation becomes steps. */
export type Discretisation = "euler" | "exact";

const resets: readonly string[] = ["hard", "soft", "delayedSoft", "none"] satisfies Reset[];

/** What the standard has no word for, as it is kept in a node's metadata. */
function firingOf(name: string, node: NirPrimitive) {
  const { metadata = {} } = node;
  const reset = metadata.reset ?? "hard";
  const fireAt = metadata.fire_at ?? ">";
  const { refractory } = metadata;
  if (!resets.includes(String(reset)) || !(fireAt === ">" || fireAt === ">="))
    throw new CajalError("bad-file", `NIR: the metadata of "${name}" ask for a reset "${reset}", firing "${fireAt}"`);
  const { v_reset: resetPotential = 0, v_threshold: level = 1 } = node.parameters as Readonly<Record<string, Tensor>>;
  return {
    threshold: level,
    resetPotential,
    reset: reset as Reset,
    fireAt,
    refractory: refractory instanceof Tensor ? refractory.item() : 0,
  } as const;
}

/**
 * The neurons of a node; undefined when it is no node of neurons.
 * @param dt seconds @throws CajalError `bad-file`, and as the models
 */
export function neuronOf(name: string, node: NirPrimitive, dt: number, how: Discretisation): Neuron | undefined {
  const value = (parameter: string) => numbersOfParameter(name, node, parameter);
  const exact = (node.metadata?.discretize ?? how) === "exact";
  const mapped = (tensor: Tensor, f: (value: number) => number) =>
    Tensor.of(tensor.numbers().map(f), tensor.shape, "float64");
  const perStep = (rate: Tensor) => mapped(rate, (r) => r * dt);
  switch (node.type) {
    case "Threshold":
      return threshold({ threshold: value("threshold"), fireAt: firingOf(name, node).fireAt });
    case "I":
      return li({ tau: Number.POSITIVE_INFINITY, decayInput: false, resistance: perStep(value("r")) });
    case "IF":
      return integrateAndFire({ ...firingOf(name, node), gain: perStep(value("r")) });
    case "LI": {
      const tau = mapped(value("tau"), (t) => (exact ? 1 / (1 - Math.exp(-dt / t)) : t / dt));
      return li({ tau, rest: value("v_leak"), resistance: value("r") });
    }
    case "LIF": {
      const options = { tau: value("tau"), dt, resistance: value("r"), rest: value("v_leak"), ...firingOf(name, node) };
      return exact ? lifExact(options) : lifBox(options);
    }
    case "CubaLI":
    case "CubaLIF": {
      const options = {
        tau: value("tau_mem"),
        tauSyn: value("tau_syn"),
        dt,
        resistance: value("r"),
        rest: value("v_leak"),
        inputWeight: Object.hasOwn(node.parameters, "w_in") ? value("w_in") : 1,
        method: exact ? "exact" : "euler",
      } as const;
      return node.type === "CubaLI" ? cubaLi(options) : cubaLif({ ...options, ...firingOf(name, node) });
    }
    default:
      return undefined;
  }
}

/**
 * The node of neurons.
 * @param dt seconds @param warn hears of what the standard has no word for
 * @throws CajalError `argument` for a model that NIR does not know
 */
export function nodeOf(
  name: string,
  neuron: Neuron,
  shape: Shape,
  dt: number,
  warn: (message: string) => void,
): NirPrimitive {
  const each = (parameter: Parameter) => Tensor.of(numbersOf(parameter, sizeOf(shape)), shape, "float64");
  const of = (f: (...numbers: number[]) => number, ...parameters: Parameter[]) => {
    const columns = parameters.map((parameter) => numbersOf(parameter, sizeOf(shape)));
    return Tensor.of(
      Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(...columns.map((column) => column[i]))),
      shape,
      "float64",
    );
  };
  const times = (tau: Parameter) => of((t) => t * dt, tau);
  const primitive = (
    type: NirPrimitive["type"],
    parameters: NirPrimitive["parameters"],
    metadata: NirMetadata = {},
  ) => ({
    type,
    parameters,
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
  const fire = (firing: Firing) => ({ v_threshold: each(firing.threshold), v_reset: each(firing.resetPotential) });
  const extras = (firing: Firing) => beyondTheStandard(name, firing, warn);
  // Models in ms keep their own dt: what counts is τ/dt.
  const seconds = (time: Parameter, own: number) => of((t) => (t / own) * dt, time);

  switch (neuron.model) {
    case "lif":
    case "plif": {
      const params = neuron.params as Lif | Plif;
      const tau =
        "tau" in params
          ? params.tau
          : derived(
              [params.a],
              (a) => 1 + Math.exp(-a),
              (a) => a,
            );
      const rest = "rest" in params ? params.rest : params.resetPotential;
      const r = params.decayInput ? each(1) : each(tau);
      return primitive("LIF", { tau: times(tau), r, v_leak: each(rest), ...fire(params) }, extras(params));
    }
    case "leaky": {
      const params = neuron.params as Leaky;
      const steps = of((beta) => 1 / (1 - beta), params.beta);
      if (steps.numbers().some((s) => !Number.isFinite(s)))
        return primitive("IF", { r: each(1 / dt), ...fire(params) }, extras(params));
      return primitive("LIF", { tau: times(steps), r: steps, v_leak: each(0), ...fire(params) }, extras(params));
    }
    case "lifExact":
    case "lifBox": {
      const params = neuron.params as Firing & Continuous;
      const parameters = { tau: seconds(params.tau, params.dt), r: each(params.resistance), v_leak: each(params.rest) };
      const discretize: NirMetadata = neuron.model === "lifExact" ? { discretize: "exact" } : {};
      return primitive("LIF", { ...parameters, ...fire(params) }, { ...extras(params), ...discretize });
    }
    case "cubaLif":
    case "cubaLi": {
      const params = neuron.params as Synapse & Partial<Firing>;
      const parameters = {
        tau_mem: seconds(params.tau, params.dt),
        tau_syn: seconds(params.tauSyn, params.dt),
        r: each(params.resistance),
        v_leak: each(params.rest),
        w_in: each(params.inputWeight),
      };
      const discretize: NirMetadata = params.method === "exact" ? { discretize: "exact" } : {};
      if (neuron.model === "cubaLi") return primitive("CubaLI", parameters, discretize);
      const firing = neuron.params as Firing;
      return primitive("CubaLIF", { ...parameters, ...fire(firing) }, { ...extras(firing), ...discretize });
    }
    case "if": {
      const params = neuron.params as IntegrateAndFire;
      return primitive("IF", { r: of((gain) => gain / dt, params.gain), ...fire(params) }, extras(params));
    }
    case "threshold": {
      const params = neuron.params as Firing;
      const { reset: _, ...metadata } = extras({ ...params, reset: "hard" });
      return primitive("Threshold", { threshold: each(params.threshold) }, metadata);
    }
    case "li": {
      const params = neuron.params as Li;
      const r = params.decayInput ? each(params.resistance) : of((t, k) => t * k, params.tau, params.resistance);
      if (
        times(params.tau)
          .numbers()
          .every((t) => t === Number.POSITIVE_INFINITY)
      )
        return primitive("I", { r: of((k) => k / dt, params.resistance) });
      return primitive("LI", { tau: times(params.tau), r, v_leak: each(params.rest) });
    }
    default:
      throw new CajalError("argument", `NIR knows no neurons of the model "${neuron.model}", at "${name}"`);
  }
}

function beyondTheStandard(name: string, firing: Firing, warn: (message: string) => void): NirMetadata {
  const metadata: Record<string, string | Tensor> = {};
  if (firing.reset !== "hard") {
    metadata.reset = firing.reset;
    warn(`NIR knows only the hard reset; "${name}" has the reset "${firing.reset}", which is kept in its metadata`);
  }
  if (firing.refractory > 0) {
    metadata.refractory = Tensor.of([firing.refractory], [], "int64");
    warn(`NIR knows no refractory time; "${name}" has ${firing.refractory} steps of it, kept in its metadata`);
  }
  if (firing.fireAt !== ">") metadata.fire_at = firing.fireAt;
  if (firing.surrogate) {
    metadata.surrogate = firing.surrogate.name;
    warn(`NIR knows no surrogate gradient; that of "${name}" is named in its metadata`);
  }
  return metadata;
}
