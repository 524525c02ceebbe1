import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { preprocesses, toTensor } from "../data/index.ts";
import {
  collect,
  compile,
  decodeModel,
  encodeModel,
  grad,
  type proto,
  Rng,
  sizeOf,
  Tensor,
  type Value,
} from "../graph/index.ts";
import { Model } from "../probe/index.ts";
import { open } from "./open.ts";
import { readPicture } from "./pictures.ts";
import { mirrored } from "./testing/mirror.ts";

const squeezenet = mirrored("squeezenet1.1/squeezenet1.1.onnx");
const photographs = mirrored("photos-caltech101/index.json");
const networks = ["squeezenet1.1/squeezenet1.1.onnx", "resnet-cifar10/resnet20.onnx", "resnet-cifar10/resnet56.onnx"];

/** The file itself in ONNX Runtime, asked for every tensor that its nodes make. */
async function rawActivations(bytes: Uint8Array, input: string, x: Tensor): Promise<Record<string, Tensor>> {
  const model = decodeModel(bytes);
  const graph = model.graph as proto.GraphProto;
  const declared = new Set(graph.output.map(({ name }) => name));
  const more = graph.node.flatMap(({ output }) => output).filter((name) => name !== "" && !declared.has(name));
  const session = await runtime.createSession(
    encodeModel({
      ...model,
      graph: {
        ...graph,
        output: [...graph.output, ...more.map((name) => ({ name, type: { tensorType: { elemType: 1 } } }))],
      },
    }),
  );
  const results = await session.run({ [input]: x });
  await session.release();
  return results;
}

/** Largest difference, relative to the largest activation of the layer. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const [a, b] = [actual.numbers(), expected.numbers()];
  expect(actual.shape).toEqual(expected.shape);
  let scale = 1e-12;
  let error = 0;
  for (let i = 0; i < b.length; i++) {
    scale = Math.max(scale, Math.abs(b[i]));
    error = Math.max(error, Math.abs(a[i] - b[i]));
  }
  return error / scale;
}

describe("real networks, imported", () => {
  it.each(networks)("%s: every tensor as in raw ONNX Runtime", async (name) => {
    const path = mirrored(name);
    if (path === undefined) return console.warn(`skipped ${name}: set CAJAL_MIRROR`);
    const model = await open(path, { reads: "pictures" });
    const { port, channels, height, width } = model.input;
    const x = new Rng(4).normal([2, channels, height, width], 0, name.startsWith("squeezenet") ? 60 : 1);
    const run = compile(
      (v: Value) => collect((y: Value) => model.imported.apply(model.imported.params, { [port.name]: y }))(v).taps,
    );
    const [ours, raw] = [await run(x), await rawActivations(readFileSync(path), port.name, x)];
    await run.release();
    expect(Object.keys(ours).length).toBeGreaterThan(50);
    let worst = 0;
    for (const [tensor, activation] of Object.entries(ours))
      worst = Math.max(worst, relativeError(activation, raw[tensor]));
    console.info(`${name}: ${Object.keys(ours).length} tensors, largest relative error ${worst.toExponential(1)}`);
    expect(worst).toBeLessThanOrEqual(1e-5);
  });

  it.skipIf(squeezenet === undefined)(
    "SqueezeNet's gradient with respect to its picture agrees with central differences",
    async () => {
      const model = await open(squeezenet as string, { reads: "pictures" });
      const rng = new Rng(9);
      const logit = (x: Value) =>
        model.imported.apply(model.imported.params, { data: x }).logits.slice([0, 3], [1, 4]).sum();
      const x = rng.normal([1, 3, 227, 227], 0, 40);
      const run = compile((v: Value) => ({ value: logit(v), gradient: grad(logit)(v) }));
      const { gradient } = await run(x);
      const direction = gradient.numbers();
      const norm =
        Math.hypot(...direction.subarray(0, 1000)) > 0 ? Math.sqrt(direction.reduce((s, g) => s + g * g, 0)) : 1;
      const step = 0.5;
      const moved = (sign: number) =>
        Tensor.of(
          x.numbers().map((value, i) => value + (sign * step * direction[i]) / norm),
          x.shape,
        );
      const [up, down] = [await run(moved(1)), await run(moved(-1))];
      await run.release();
      // Along its own direction the derivative is the gradient's norm.
      const numeric = (up.value.item() - down.value.item()) / (2 * step);
      expect(Math.abs(numeric / norm - 1)).toBeLessThan(0.02);
    },
  );

  it.skipIf(photographs === undefined || squeezenet === undefined)(
    "SqueezeNet gives the photographs the classes it was published with",
    async () => {
      const model = await open(squeezenet as string, { reads: "pictures" });
      const folder = (photographs as string).replace("index.json", "");
      type Row = { png?: string; squeezenet_top1?: [number, number] };
      const rows = (JSON.parse(readFileSync(photographs as string, "utf8")) as Row[]).filter(
        ({ png }) => png !== undefined,
      );
      const run = compile((v: Value) => model.imported.apply(model.imported.params, { data: v }).prob);
      for (const { png, squeezenet_top1: [expected, probability] = [-1, 0] } of rows.slice(0, 24)) {
        const picture = await readPicture(`${folder}${png}`, 227, 227);
        const input = toTensor(picture, 3, preprocesses.caffe);
        const p = (await run(new Tensor("float32", [1, 3, 227, 227], input.data))).numbers();
        expect(p.indexOf(Math.max(...p))).toBe(expected);
        expect(Math.max(...p)).toBeCloseTo(probability, 3);
      }
      await run.release();
    },
  );

  it.skipIf(squeezenet === undefined)(
    "an edited SqueezeNet differs in the edited units and what follows, and nowhere else",
    async () => {
      const model = await open(squeezenet as string, { reads: "pictures" });
      const edited = Model.open(model.edit({ "fire5/relu_expand1x1": { units: [0, 7], set: 0 } }).bytes());
      const x = new Rng(1).normal([1, 3, 227, 227], 0, 60);
      const taps = (m: Model) =>
        compile((v: Value) => collect((y: Value) => m.imported.apply(m.imported.params, { data: y }))(v).taps);
      const [before, after] = [await taps(model)(x), await taps(edited)(x)];
      const changed = Object.keys(before).filter((name) => relativeError(after[name], before[name]) > 0);
      expect(changed[0]).toBe("fire5/relu_expand1x1");
      expect(changed).toContain("logits");
      expect(changed).not.toContain("fire5/relu_expand3x3");
      expect(relativeError(after["fire5/relu_expand1x1/unedited"], before["fire5/relu_expand1x1"])).toBe(0);
      const cells = sizeOf(before["fire5/relu_expand1x1"].shape.slice(2));
      const values = after["fire5/relu_expand1x1"].numbers();
      for (const unit of [0, 7])
        expect(values.subarray(unit * cells, (unit + 1) * cells).every((value) => value === 0)).toBe(true);
    },
  );
});
