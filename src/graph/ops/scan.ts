/** @file Scan: a body run once for each step, with states carried from step to step. */

import { bodyFunction } from "../evaluate.ts";
import { type Attributes, graph, type HostArray, int, type OpDefinition, required, table } from "../op.ts";
import { sameShape, sizeOf } from "../tensor.ts";
import { scanDerivative } from "./scan-derivative.ts";

const parts = (attributes: Attributes) => {
  const body = graph(attributes, "body");
  const reads = int(attributes, "num_scan_inputs");
  return { body, reads, states: body.inputs.length - reads };
};

const scan: OpDefinition = {
  name: "Scan",
  attributes: {
    body: { kind: "graph" },
    num_scan_inputs: { kind: "int" },
    // The standard's four lists of axes and directions, as far as Cajal writes them: axis 0, and one direction for all.
    reverse: { kind: "int", default: 0 },
    checkpoint: { kind: "int", default: 0 },
  },
  infer: (inputs, attributes) => {
    const { body, reads, states } = parts(attributes);
    if (reads === 0) throw new Error("nothing is scanned, so that the number of steps is unknown");
    const [length] = required(inputs, states).shape;
    for (const [i, { shape, dtype }] of body.inputs.entries()) {
      const operand = required(inputs, i);
      const expected = i < states ? shape : [length, ...shape];
      if (!sameShape(operand.shape, expected) || operand.dtype !== dtype)
        throw new Error(`operand ${i} is ${operand}, the body takes ${dtype}[${expected.join(", ")}]`);
    }
    for (const [i, state] of body.inputs.slice(0, states).entries()) {
      const next = body.outputs[i];
      if (!sameShape(next.shape, state.shape) || next.dtype !== state.dtype)
        throw new Error(`a step turns state ${i} from ${state} into ${next}; it must stay the same`);
    }
    return body.outputs.map(({ dtype, shape }, i) => ({ dtype, shape: i < states ? shape : [length, ...shape] }));
  },
  evaluate: (inputs, attributes, types) => {
    const { body, reads, states } = parts(attributes);
    const step = bodyFunction(body, inputs.slice(states + reads));
    const stacks = inputs.slice(states, states + reads) as HostArray[];
    const [length] = stacks[0].shape;
    let carried = inputs.slice(0, states).map((array) => array?.data ?? new Float64Array());
    const written = types.slice(states).map(({ shape }) => new Float64Array(sizeOf(shape)));
    for (let k = 0; k < length; k++) {
      const t = int(attributes, "reverse") === 1 ? length - 1 - k : k;
      const slices = stacks.map(({ data }) =>
        data.subarray((data.length / length) * t, (data.length / length) * (t + 1)),
      );
      const results = step([...carried, ...slices]);
      carried = results.slice(0, states);
      for (const [i, stack] of written.entries()) stack.set(results[states + i], (stack.length / length) * t);
    }
    return [...carried, ...written];
  },
  derivative: scanDerivative,
};

export const scanOps = table(scan);
