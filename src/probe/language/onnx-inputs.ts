/** @file What the inputs of an ONNX language model are for, by the names that exporters give them, and what they are fed with. */

import { CajalError, formatOpen, type ImportedModel, type Port, Tensor, type Value } from "../../graph/index.ts";

/** "past": keys and values of what was read before. "branch": whether a merged file shall use them. */
export type Role = "tokens" | "mask" | "positions" | "types" | "past" | "branch";

export interface OnnxInputs {
  /** Each input's role. */
  readonly roles: ReadonlyMap<Port, Role>;
  readonly tokens: Port;
  /** The only number of texts, and of steps, that it takes at once; unless open. */
  readonly fixed: { readonly batch?: number; readonly steps?: number };
}

/**
 * @param name what messages call the model
 * @throws CajalError `shape` when it has no input of tokens, or one that a text does not have
 */
export function onnxInputs(model: ImportedModel, name: string): OnnxInputs {
  const roles = new Map<Port, Role>();
  for (const port of model.inputs) {
    const role = roleOf(port, model.inputs.length);
    if (role === undefined)
      throw new CajalError(
        "shape",
        `${name}: the input "${port.name}" is ${port.dtype}${formatOpen(port.shape)}, which a text does not have`,
        { advice: "Export the model with tokens, mask, positions and past keys and values as its inputs." },
      );
    if (role === "past") nothingRead(port, 1);
    roles.set(port, role);
  }
  const tokens = model.inputs.find((port) => roles.get(port) === "tokens");
  if (tokens === undefined)
    throw new CajalError("shape", `${name} has no input of integers [batch, steps] for tokens`, {
      advice: `Its inputs: ${model.inputs.map((port) => `"${port.name}" ${port.dtype}${formatOpen(port.shape)}`).join(", ")}.`,
    });
  const [batch, steps] = tokens.shape ?? [];
  return {
    roles,
    tokens,
    fixed: { ...(typeof batch === "number" && { batch }), ...(typeof steps === "number" && { steps }) },
  };
}

/** Whether a model reads texts: it has an input of tokens. */
export function readsText(model: ImportedModel): boolean {
  return model.inputs.some((port) => roleOf(port, model.inputs.length) === "tokens");
}

function roleOf({ name, dtype, shape }: Port, inputs: number): Role | undefined {
  if (/past|cache/i.test(name)) return dtype === "bool" ? "branch" : shape?.length === 4 ? "past" : undefined;
  if (shape !== undefined && shape.length !== 2) return undefined;
  if (/mask/i.test(name)) return "mask";
  if (!dtype.startsWith("int")) return undefined;
  if (/position/i.test(name)) return "positions";
  if (/type|segment/i.test(name)) return "types";
  return inputs === 1 || /ids|tokens?|input/i.test(name) ? "tokens" : undefined;
}

/** What a whole text is fed with, within a traced function: tokens and presence [batch, steps], and nothing read before. */
export function feedsOf(inputs: OnnxInputs, tokens: Value, present: Value): Record<string, Value> {
  const { shape, tracer } = tokens;
  const feed = (role: Role, port: Port): Value => {
    if (role === "tokens") return tokens;
    if (role === "mask") return present;
    if (role === "types") return tokens.mul(0);
    if (role === "branch") return tracer.lift(Tensor.of([0], [1], "bool"), "bool");
    if (role === "past") return tracer.lift(nothingRead(port, shape[0]), port.dtype);
    const steps = Array.from({ length: shape[1] }, (_, i) => i);
    return tracer.constant(steps, "int64").unsqueeze(0).expand(shape);
  };
  return Object.fromEntries(
    [...inputs.roles].map(([port, role]) => {
      const value = feed(role, port);
      return [port.name, value.dtype === port.dtype ? value : value.cast(port.dtype)];
    }),
  );
}

/** Keys or values of no steps: [batch, heads, 0, headWidth]. @throws CajalError `shape` when the file does not allow that */
export function nothingRead({ name, shape, dtype }: Port, batch: number): Tensor {
  const [, heads, steps, width] = shape ?? [];
  if (typeof heads !== "number" || typeof width !== "number" || typeof steps === "number")
    throw new CajalError(
      "shape",
      `the input "${name}" is ${formatOpen(shape)}, not [batch, heads, past steps, width]`,
      {
        advice:
          "Heads and their width must be numbers and the past steps open, as Hugging Face's optimum exports them.",
      },
    );
  return Tensor.zeros([batch, heads, 0, width], dtype);
}
