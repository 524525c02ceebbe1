/** @file npm run bench -- interpret: how fast neurons are read, against the same computation in PyTorch, and what that means for a large model. */

import { availableParallelism } from "node:os";
import { Rng } from "cajal/graph";
import { decodeTable } from "cajal/methods/interpret/lm-head-decoding";
import { init } from "cajal/nn";
import { DecoderNetwork, TextModel } from "cajal/probe";
import { saeBench } from "./interpret-sae.ts";
import type { Bench } from "./main.ts";
import { inTurn } from "./timing.ts";
import { torchProcess } from "./torch-process.ts";

/** One layer of the shape of a model of 100 million parameters: what is timed. */
const timed = { vocabulary: 32_000, width: 768, neurons: 2048 };

/** Llama-3.1-8B: what is reckoned from the speed of products. */
const large = { layers: 32, neurons: 14_336, width: 4096, vocabulary: 128_256 };

const rounds = 5;
const top = 10;

/** Numbers of logits at once, as in the method. */
const logitsAtOnce = 1 << 23;

/** What is measured under `npm run bench -- interpret`; further methods that read networks put theirs here. */
const parts: Readonly<Record<string, Bench>> = {
  "lm-head decoding": decodingBench,
  "attention dictionaries": saeBench,
};

export const interpretBench: Bench = async (say, words) => {
  const results: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(parts)) results[name] = await part(say, words);
  return results;
};

/** Up rows of one layer, both signs: product, mean taken off, the first tokens by logit and by cosine, the softmax's sum. */
async function decodingBench(say: (line: string) => void): Promise<Record<string, unknown>> {
  const model = randomModel();
  const cajal = () => decodeTable(model, { sides: ["up"], topK: top });
  const torch = await torchDecoder(say);
  const pieces: Record<string, () => Promise<unknown>> = { cajal, ...(torch && { torch: torch.round }) };
  const times = await inTurn(pieces, rounds);
  await torch?.stop();
  const report = (ms: number) => {
    const seconds = ms / 1000;
    const flops = (2 * timed.neurons * timed.width * timed.vocabulary) / seconds;
    const all = 2 * large.layers * large.neurons * large.width * large.vocabulary;
    return {
      neuronsPerSecond: Math.round(timed.neurons / seconds),
      gigaflops: Number((flops / 1e9).toFixed(1)),
      hoursForLlama8B: Number((all / flops / 3600).toFixed(2)),
    };
  };
  const figures = {
    ...timed,
    threads: availableParallelism(),
    cajal: report(times.cajal.median),
    ...(torch && { torch: { version: torch.version, ...report(times.torch.median) } }),
  };
  for (const engine of ["cajal", "torch"] as const) {
    const one = figures[engine];
    if (one)
      say(
        `${engine}: ${one.neuronsPerSecond} neurons a second (${one.gigaflops} GFLOP/s): all up rows of Llama-3.1-8B in ${one.hoursForLlama8B} h at that speed`,
      );
  }
  return figures;
}

function randomModel(): TextModel {
  const { vocabulary, width, neurons: hidden } = timed;
  const params = init.gpt(new Rng(1), {
    vocabulary,
    width,
    layers: 1,
    heads: 1,
    hidden,
    norm: "rms",
    feedForward: "gated",
    bias: false,
  });
  const sizes = { vocabulary, width, layers: 1, heads: 1, keyValueHeads: 1, headWidth: width, hidden, context: 8 };
  return new TextModel(
    new DecoderNetwork({ architecture: "llama", sizes, params, options: { heads: 1, rotary: {} } }),
    { name: "random" },
  );
}

/** The same in PyTorch, in a process of its own that decodes once for each line it reads. */
const script = `
import json, sys, torch
s = json.loads(sys.argv[1])
torch.set_num_threads(s["threads"]); torch.manual_seed(1)
head, rows = torch.randn(s["vocabulary"], s["width"]) * 0.02, torch.randn(s["neurons"], s["width"]) * 0.02
mean = head.mean(0); inverse = 1 / (head - mean).norm(dim=1); k = s["top"]
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    with torch.no_grad():
        w = rows * (s["width"] ** 0.5) / rows.norm(dim=1, keepdim=True)
        for part in w.split(s["chunk"]):
            logits = part @ head.T
            logits -= logits.mean(1, keepdim=True)
            cosines = logits * inverse
            for largest in (True, False):
                logits.topk(k, largest=largest); cosines.topk(16, largest=largest)
            torch.logsumexp(logits, 1); torch.logsumexp(-logits, 1)
    print("{}", flush=True)
`;

function torchDecoder(say: (line: string) => void) {
  const chunk = Math.floor(logitsAtOnce / timed.vocabulary);
  return torchProcess(say, script, { ...timed, top, threads: availableParallelism(), chunk });
}
