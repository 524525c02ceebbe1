/** @file cajal neurons */

import type { Command } from "commander";
import type { UnitWords } from "../../methods/interpret/lm-head-decoding/index.ts";
import type { Edit, TextModel } from "../../probe/index.ts";
import {
  type CommandContext,
  layerFilter,
  modelArgument,
  positiveInteger,
  positiveNumber,
  runCommand,
  wholeNumber,
} from "../command.ts";
import { addEditFlags, describeEdits, type EditFlags, editsOf, repeated } from "../edit-flags.ts";

interface Options extends EditFlags {
  readonly decode?: string[];
  readonly find?: string;
  readonly text?: string;
  readonly layers?: RegExp | string[];
  readonly top: number;
  readonly prompt?: string;
  readonly tokens: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  addEditFlags(
    command
      .argument("<model>", modelArgument)
      .option("--decode <layer:units>", "words that these neurons read and write; may be repeated", repeated)
      .option("--find <word>", "the neurons that read or write this word most clearly")
      .option("--text <text>", "the neurons that fire most on this text, and where")
      .option("--layers <names>", "for --find and --text: names separated by commas, or a /pattern/", layerFilter)
      .option("--top <n>", "so many neurons, and tokens of each", positiveInteger, 10)
      .option("--prompt <text>", "let the model go on, as it is and with the changes below"),
  )
    .option("--tokens <n>", "at most so many tokens", positiveInteger, 60)
    .option("--temperature <t>", "draw tokens; without it the likeliest is taken", positiveNumber)
    .option("--top-k <n>", "draw among so many of the likeliest", positiveInteger)
    .option("--top-p <share>", "draw among the likeliest that have this share of the probability", positiveNumber)
    .option("--seed <n>", "of the drawing", wholeNumber, 1)
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      `
Examples:
  cajal neurons stories260K
  cajal neurons stories260K --decode block4/mlp:14,20 --find " mom"
  cajal neurons stories260K --text "Once upon a time there was a dog." --layers /mlp/
  cajal neurons stories260K --prompt "Once upon a time" --clamp block2/mlp:14=3`,
    )
    .action((source: string, options: Options) =>
      runCommand(options, async (context) => {
        const { CajalError } = await import("../../graph/index.ts");
        const { locateModel, open } = await import("../../node/index.ts");
        const edits = await editsOf(options);
        if (Object.keys(edits).length > 0 && options.prompt === undefined)
          throw new CajalError("argument", "neurons: there is nothing to change: no text is written", {
            advice: 'Give the beginning of one, as in --prompt "Once upon a time".',
          });
        const model = await open(await locateModel(source, context.progress, context.signal), { reads: "text" });
        // Checked before anything is printed.
        const edited = model.edit(edits);
        const asked = [options.decode, options.find, options.text, options.prompt].some((given) => given !== undefined);
        try {
          context.json({
            model: overview(model, context, !asked),
            ...(options.decode && { decoded: await decode(model, options.decode, options, context) }),
            ...(options.find !== undefined && { found: await find(model, options.find, options, context) }),
            ...(options.text !== undefined && { fired: await fire(model, options.text, options, context) }),
            ...(options.prompt !== undefined && {
              continuations: await goOn(model, edited, edits, options.prompt, options, context),
            }),
          });
        } finally {
          await Promise.all([model.release(), edited.release()]);
        }
      }),
    );

function overview(model: TextModel, { say }: CommandContext, alone: boolean) {
  const { decoder, parameters } = model.network;
  const layers = model.layers();
  const summary = { name: model.name, architecture: decoder?.architecture, parameters, context: model.context, layers };
  const size = `${parameters.toLocaleString("en")} parameters`;
  if (decoder === undefined) say(`${model.name}: an ONNX model of ${layers.length} layers, ${size}`);
  else {
    const { layers: blocks, heads, hidden, width, vocabulary, context } = decoder.sizes;
    const count = (n: number) => n.toLocaleString("en");
    say(
      `${model.name} (${decoder.architecture}): ${blocks} blocks of ${heads} heads and ${count(hidden)} neurons ` +
        `on a stream of ${width}; ${count(vocabulary)} tokens, texts to ${count(context)}; ${size}`,
    );
  }
  if (!alone) return summary;
  const neurons = layers.filter(({ kind }) => kind === "neurons");
  const example = (neurons[Math.floor(neurons.length / 2)] ?? layers[Math.floor(layers.length / 2)])?.name;
  say(`
A neuron's address is layer:unit, as in ${example}:3. cajal layers lists them all. Ask:
  --decode ${example}:3            words that it reads and writes
  --find " mom"                    which neurons read or write a word
  --text "Tom saw a dog."          which neurons fire on a text, and where
  --prompt "Once upon a time" --clamp ${example}:3=4      how the text goes on, with and without a change`);
  return summary;
}

async function decode(
  model: TextModel,
  addresses: readonly string[],
  { top }: Options,
  { say, signal }: CommandContext,
) {
  const { CajalError } = await import("../../graph/index.ts");
  const { decodeUnit, verbOf } = await import("../../methods/interpret/lm-head-decoding/index.ts");
  const { parseAddress } = await import("../../probe/index.ts");
  const decoded = [];
  for (const address of addresses) {
    const { layer, units } = parseAddress(address);
    if (units === undefined)
      throw new CajalError("argument", `--decode ${address}: which of its units?`, {
        advice: `As in ${layer}:3 or ${layer}:3,5-9.`,
      });
    for (const unit of units)
      decoded.push({ layer, unit, says: await decodeUnit(model, layer, unit, { topK: top, signal }) });
  }
  for (const { layer, unit, says } of decoded) {
    say(`\n${layer}:${unit}`);
    for (const said of says)
      say(
        `  ${verbOf(said).padEnd(18)}${tokensOf(said)
          .map((one) => `${quoted(one.text)} ${signed(one.cosine)}`)
          .join("  ")}`,
      );
  }
  say(
    "\nCosines of the neuron's weights with the tokens' rows of the head, gains of norms folded in. What it reads need not be what it writes,",
  );
  say("and what later blocks make of that is not counted.");
  return decoded.map(({ says, ...address }) => ({
    ...address,
    says: says.map((said) => ({ side: said.side, sign: said.sign, score: said.score, tokens: tokensOf(said) })),
  }));
}

function tokensOf({ tokens, words, cosine }: UnitWords) {
  return tokens.map((token, i) => ({ token, text: words[i], cosine: cosine[i] }));
}

async function find(
  model: TextModel,
  word: string,
  { top, layers }: Options,
  { say, signal, progress }: CommandContext,
) {
  const { decodeUnit, searchNeurons } = await import("../../methods/interpret/lm-head-decoding/index.ts");
  const { neuronTaps, neuronWeights } = await import("../../probe/index.ts");
  const { formatTable } = await import("../table.ts");
  const weights = await neuronWeights(model);
  const wanted = layers && new Set(model.layers(layers).map(({ name }) => name));
  const networks = weights.networks.filter(
    (network) => wanted === undefined || neuronTaps(network).some((name) => wanted.has(name)),
  );
  const hits = await searchNeurons(model, word, {
    ...{ weights: { ...weights, networks }, limit: top, signal },
    onProgress: (done, total) => progress.update("reading weights", done, total, "neurons"),
  });
  progress.finish();
  const rows = [];
  for (const { name, index, side, sign, cosine } of hits) {
    const says = await decodeUnit(model, name, index, { topK: 5, signal });
    const said = says.find((one) => one.side === side && one.sign === sign);
    rows.push({ layer: name, unit: index, side, sign, cosine, tokens: said === undefined ? [] : tokensOf(said) });
  }
  say(
    `\nNeurons nearest to ${JSON.stringify(word.trim())}, by the cosine of what they read (up, gate) or write (down):\n`,
  );
  say(
    formatTable(
      ["neuron", "side", "cosine", "nearest words"],
      rows.map(({ layer, unit, side, sign, cosine, tokens }) => [
        `${layer}:${unit}`,
        `${sign < 0 ? "−" : ""}${side}`,
        cosine.toFixed(2),
        tokens.map(({ text }) => quoted(text)).join(" "),
      ]),
    ),
  );
  return rows;
}

/** So many tokens before and behind a neuron's place are shown. */
const [before, behind] = [8, 3];

async function fire(model: TextModel, text: string, { top, layers }: Options, { say, signal }: CommandContext) {
  const { record } = await import("../../probe/index.ts");
  const { formatTable } = await import("../table.ts");
  const { layers: recorded } = await record(model, [text], { top: 1, signal, ...(layers && { layers }) });
  const tokens = model.encode(text);
  const fired = recorded
    .flatMap(({ layer, top: strongest }) =>
      Array.from({ length: layer.units }, (_, unit) => {
        const [{ value, position }] = strongest.entries(unit);
        return { layer: layer.name, unit, activity: value, position, token: model.decode([tokens[position]]) };
      }),
    )
    .sort((a, b) => b.activity - a.activity)
    .slice(0, top);
  say("\nNeurons that fire most, and the token at which they do:\n");
  say(
    formatTable(
      ["neuron", "activity", "at"],
      fired.map(({ layer, unit, activity, position }) => [
        `${layer}:${unit}`,
        activity.toFixed(2),
        around(model, tokens, position),
      ]),
    ),
  );
  return fired;
}

async function goOn(
  model: TextModel,
  edited: TextModel,
  edits: Readonly<Record<string, readonly Edit[]>>,
  prompt: string,
  options: Options,
  { say, stream, signal }: CommandContext,
) {
  const { Rng } = await import("../../graph/index.ts");
  const { tokens, temperature = 0, topK, topP, seed } = options;
  const changes = describeEdits(edits);
  const runs = [
    { title: changes.length > 0 ? "as it is" : "goes on", changes: [], from: model },
    ...(changes.length > 0 ? [{ title: changes.join("; "), changes, from: edited }] : []),
  ];
  const faint = (text: string) => (process.stdout.isTTY ? `\x1b[2m${text}\x1b[22m` : text);
  const continuations = [];
  for (const { title, changes: made, from } of runs) {
    say(`\n── ${title} ${"─".repeat(Math.max(3, 76 - title.length))}`);
    stream(faint(prompt));
    const sampling = { temperature, rng: new Rng(seed), ...(topK && { topK }), ...(topP && { topP }) };
    const generator = from.generate(prompt, { tokens, signal, ...sampling });
    let [text, count, first] = ["", 0, 0];
    for (;;) {
      const next = await generator.next().catch((error: unknown) => {
        // What was written so far ends its line, before the reason comes.
        say("");
        throw error;
      });
      if (next.done) {
        const why = { end: "the text ended", tokens: "as many as asked for", context: "the context is full" }[
          next.value
        ];
        // The first token's time is that of reading the prompt, and of making ready.
        const rate = count > 1 ? `, ${Math.round((count - 1) / ((performance.now() - first) / 1000))} per second` : "";
        say(`\n${faint(`${count} tokens${rate}: ${why}`)}`);
        continuations.push({ edits: made, text, tokens: count, finish: next.value });
        break;
      }
      stream(next.value.text);
      text += next.value.text;
      if (count++ === 0) first = performance.now();
    }
  }
  return continuations;
}

function quoted(text: string): string {
  return text.startsWith("#") ? text : JSON.stringify(text);
}

function signed(effect: number): string {
  return `${effect < 0 ? "−" : "+"}${Math.abs(effect).toFixed(2)}`;
}

/** A token in its text, in brackets, on one line. */
function around(model: TextModel, tokens: readonly number[], at: number): string {
  const part = (from: number, to: number) => model.decode(tokens.slice(Math.max(0, from), to)).replace(/\s+/g, " ");
  return `${part(at - before, at)}[${part(at, at + 1)}]${part(at + 1, at + 1 + behind)}`;
}
