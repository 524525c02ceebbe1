/** @file How fast a dictionary of attention outputs is learned, against the same steps in PyTorch. A part of npm run bench -- interpret. */

import { availableParallelism } from "node:os";
import { Rng } from "cajal/graph";
import { batchesOf, trainOnVectors } from "cajal/methods/interpret/attention-sae";
import type { Bench } from "./main.ts";
import { inTurn } from "./timing.ts";
import { torchProcess } from "./torch-process.ts";

/** The second is the shape of GPT-2 small, with a third of the paper's features. */
const shapes = [
  { width: 64, features: 512, batch: 1024, steps: 64 },
  { width: 768, features: 8192, batch: 1024, steps: 2 },
] as const;

const rounds = 3;

export const saeBench: Bench = async (say) => {
  const results: Record<string, unknown> = {};
  const threads = availableParallelism();
  for (const shape of shapes) {
    const { width, features, batch, steps } = shape;
    const data = batchesOf(new Rng(1).normal([8 * batch, width]), batch, new Rng(2));
    const learn = (count: number) =>
      trainOnVectors(data, {
        heads: 1,
        mult: features / width,
        batch,
        tokens: count * batch,
        resample: false,
        stepsPerCall: Math.min(4, count),
      });
    const torch = await torchProcess(say, script, { ...shape, threads });
    // Building the graph is taken off: what so many steps and twice as many take apart.
    const pieces: Record<string, () => Promise<unknown>> = {
      once: () => learn(steps),
      twice: () => learn(2 * steps),
      ...(torch && { torch: torch.round }),
    };
    const times = await inTurn(pieces, rounds);
    await torch?.stop();
    const perSecond = (ms: number) => Math.round((1000 * steps * batch) / ms);
    const cajal = perSecond(times.twice.median - times.once.median);
    const theirs = torch && { version: torch.version, tokensPerSecond: perSecond(times.torch.median) };
    const name = `${width} × ${features}`;
    results[name] = { ...shape, threads, cajal: { tokensPerSecond: cajal }, ...(theirs && { torch: theirs }) };
    say(`${name}: ${cajal} tokens a second${theirs ? `; PyTorch ${theirs.version}: ${theirs.tokensPerSecond}` : ""}`);
  }
  return results;
};

/** The same training in PyTorch: projected gradients, Adam with β₁ = 0, rows of length one. It takes its steps once for each line it reads. */
const script = `
import json, sys, torch
s = json.loads(sys.argv[1])
torch.set_num_threads(s["threads"]); torch.manual_seed(1)
d, m = s["width"], s["features"]
data = torch.randn(8 * s["batch"], d)
We = ((torch.rand(d, m) * 2 - 1) * (6 / m) ** .5).requires_grad_()
Wd = torch.nn.functional.normalize(torch.randn(m, d), dim=1).requires_grad_()
be, bd = torch.zeros(m, requires_grad=True), torch.zeros(d, requires_grad=True)
adam = torch.optim.Adam([We, Wd, be, bd], 1.2e-3, betas=(0, .9999))
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    for step in range(s["steps"]):
        z = data[torch.randperm(len(data))[: s["batch"]]]
        f = torch.relu((z - bd) @ We + be)
        loss = ((z - f @ Wd - bd) ** 2).sum(1).mean() + 1.6 * f.sum(1).mean()
        adam.zero_grad(); loss.backward()
        with torch.no_grad():
            Wd.grad -= (Wd.grad * Wd).sum(1, keepdim=True) * Wd
            adam.step()
            Wd /= Wd.norm(dim=1, keepdim=True)
    print("{}", flush=True)
`;
