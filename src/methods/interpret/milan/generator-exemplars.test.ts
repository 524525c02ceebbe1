import { expect, it } from "vitest";
import { compile, exportOnnx, Rng, type Tensor, type Value } from "../../../graph/index.ts";
import { conv, init, linear } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { computeGeneratorExemplars } from "./generator-exemplars.ts";

const [size, channels, cells, side, count] = [6, 4, 4, 16, 120] as const;
const rng = new Rng(3);
const weights = {
  maps: init.linear(rng.split("maps"), size, channels * cells * cells),
  colours: init.conv(rng.split("colours"), channels, 3, 3),
};

/** Latents [N, 6] to maps of 4 × 4 cells to pictures of 16 × 16 pixels. */
function generator(z: Value) {
  const maps = linear(weights.maps, z).relu().reshape([z.shape[0], channels, cells, cells]);
  const act = maps.mul(1).relu();
  const large = act
    .unsqueeze(3)
    .unsqueeze(5)
    .expand([z.shape[0], channels, cells, side / cells, cells, side / cells])
    .reshape([z.shape[0], channels, side, side]);
  return { picture: conv(weights.colours, large, { padding: 1 }).tanh(), act };
}

const latents = rng.split("latents").normal([count, size]);
const open = (example: Tensor, network = generator) =>
  Model.open(exportOnnx(network, [example], { names: ["z"] }), { name: "generator" });

it("exemplars of a generator: the latents that excite a unit most, with the pictures they become", async () => {
  const model = open(latents);
  const found = await store(model);
  const [layer] = found.layers;
  const all = await compile(generator)(latents);
  const maps = all.act.numbers();
  expect(found.layers.map(({ units }) => units)).toEqual([channels]);
  for (let unit = 0; unit < channels; unit++) {
    const of = (i: number) => maps.subarray((i * channels + unit) * cells ** 2, (i * channels + unit + 1) * cells ** 2);
    const best = Array.from({ length: count }, (_, i) => ({ i, value: Math.max(...of(i)) })).sort(
      (a, b) => b.value - a.value || a.i - b.i,
    );
    const { images, values, masks, level } = found.exemplars(layer.name, unit);
    expect([...images]).toEqual(best.slice(0, 15).map(({ i }) => i));
    expect(values[0]).toBeCloseTo(best[0].value, 4);
    // The middle of a cell is lit when the cell is above the level.
    const strongest = of(images[0]);
    for (let cell = 0; cell < cells ** 2; cell++) {
      const [y, x] = [Math.floor(cell / cells) * 4 + 1, (cell % cells) * 4 + 1];
      const lit = [0, 1].flatMap((dy) => [0, 1].map((dx) => masks[0][(y + dy) * side + x + dx]));
      if (strongest[cell] === Math.max(...strongest)) expect(Math.max(...lit)).toBe(1);
    }
    expect(level).toBeGreaterThan(0);
  }
  const { picture } = await found.pictures.get(7, side, side);
  const made = all.picture.numbers();
  for (let pixel = 0; pixel < side * side; pixel += 37) {
    const value = made[(7 * 3 + 1) * side * side + pixel];
    expect(Math.abs(picture.data[3 * pixel + 1] - 255 * (value / 2 + 0.5))).toBeLessThan(1);
  }
});

const store = (model: Model) => computeGeneratorExemplars(model, latents, { layers: ["act"] });

it("refuses what is no generator of such latents", async () => {
  const model = open(latents);
  const few = new Rng(1).normal([10, size]);
  await expect(computeGeneratorExemplars(model, few)).rejects.toMatchObject({ code: "no-data" });
  await expect(computeGeneratorExemplars(model, new Rng(1).normal([50, 5]))).rejects.toThrow(/takes 6 numbers/);
  const answers = open(latents, (z: Value) => ({ picture: linear(weights.maps, z).relu(), act: z.relu() }));
  await expect(computeGeneratorExemplars(answers, latents)).rejects.toThrow(/no picture/);
});
