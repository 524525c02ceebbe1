/** @file A traced graph on a runtime: one session, or several with TypeScript between them. */

import { toHost } from "./device-tensor.ts";
import { CajalError } from "./error.ts";
import type { NamedValue } from "./onnx/export.ts";
import { producerOf } from "./order.ts";
import type { Session } from "./runtime/runtime.ts";
import { type Stage, stagesOf } from "./stages.ts";
import { sameShape, type Tensor, type ValueType } from "./tensor.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/** Runs a graph. */
export interface Program {
  /** @param feeds tensors for the graph's inputs, by name */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]>;
  /** Frees the sessions. */
  release(): Promise<void>;
}

/** Opens a session on the graph between inputs and outputs, of which some may stay on the device. */
export type Open = (
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
  stay?: readonly string[],
) => Promise<Session>;

/** What `compile` gives results in the ONNX model. */
export const outputNames = (outputs: readonly Value[]): NamedValue[] =>
  outputs.map((value, i) => ({ name: `output.${i}`, value }));

/**
 * @param stays whether an output stays on the device; where TypeScript runs between sessions, all come to the host
 * @throws CajalError `runtime` when ONNX Runtime refuses the graph
 */
export async function load(
  open: Open,
  inputs: readonly NamedValue[],
  outputs: readonly Value[],
  stays: readonly boolean[],
): Promise<Program> {
  const stages = stagesOf(outputs);
  if (stages !== undefined) return loadStages(open, inputs, outputs, stages);
  const named = outputNames(outputs);
  // The names alone, for the graph itself is not needed any more.
  const names = named.map(({ name }) => name);
  const session = await open(
    inputs,
    named,
    names.filter((_, i) => stays[i]),
  );
  return {
    run: async (feeds) => {
      const results = await session.run(feeds);
      return names.map((name) => results[name]);
    },
    release: () => session.release(),
  };
}

/** A stage's part for the runtime, if it has one. */
interface Part {
  readonly session: Session;
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
}

async function loadStages(
  open: Open,
  inputs: readonly NamedValue[],
  outputs: readonly Value[],
  stages: readonly Stage[],
): Promise<Program> {
  const names = new Map(inputs.map(({ name, value }) => [value, name]));
  const nameOf = (value: Value): string => {
    const name = names.get(value) ?? `value.${names.size}`;
    names.set(value, name);
    return name;
  };
  const named = (values: readonly Value[]): NamedValue[] => values.map((value) => ({ name: nameOf(value), value }));
  const parts: (Part | undefined)[] = [];
  const release = async () => {
    for (const part of parts) await part?.session.release();
  };
  try {
    for (const stage of stages) {
      if (stage.outputs.length === 0) parts.push(undefined);
      else {
        const ends = { inputs: named(stage.inputs), outputs: named(stage.outputs) };
        parts.push({ ...ends, session: await open(ends.inputs, ends.outputs) });
      }
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    release,
    run: async (feeds) => {
      const given = await toHost(feeds);
      const known = new Map<Value, Tensor>(inputs.map(({ name, value }) => [value, given[name]]));
      const read = (value: Value): Tensor => {
        const producer = producerOf(value);
        return producer.constant ?? (known.get(producer) as Tensor);
      };
      for (const [i, { hosts }] of stages.entries()) {
        const part = parts[i];
        if (part) {
          const results = await part.session.run(
            Object.fromEntries(part.inputs.map(({ name, value }) => [name, read(value)])),
          );
          for (const { name, value } of part.outputs) known.set(value, results[name]);
        }
        for (const node of hosts)
          for (const [k, result] of runHost(node, read).entries()) known.set(node.outputs[k], result);
      }
      return outputs.map(read);
    },
  };
}

function runHost(node: GraphNode, read: (value: Value) => Tensor): readonly Tensor[] {
  const { definition, attributes, outputs, scope } = node;
  const fail = (cause: unknown) => {
    const { code, advice }: Partial<CajalError> = cause instanceof CajalError ? cause : { code: "runtime" };
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${definition.name}: ${reason}${scope === "" ? "" : `, at "${scope}"`}`;
    return new CajalError(code ?? "runtime", message, { cause, ...(advice !== undefined && { advice }) });
  };
  let results: readonly Tensor[];
  try {
    results =
      definition.run?.(
        node.inputs.map((input) => input && read(input)),
        attributes,
        outputs,
      ) ?? [];
  } catch (error) {
    throw fail(error);
  }
  const wrong = outputs.findIndex((type, i) => !hasType(results[i], type));
  if (wrong >= 0) throw fail(new Error(`result ${wrong} is ${results[wrong] ?? "missing"}, not ${outputs[wrong]}`));
  return results;
}

function hasType(tensor: Tensor | undefined, { dtype, shape }: ValueType): boolean {
  return tensor !== undefined && tensor.dtype === dtype && sameShape(tensor.shape, shape);
}
