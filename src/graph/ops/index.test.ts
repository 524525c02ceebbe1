import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compositions } from "../onnx/compositions/index.ts";
import { takenApart } from "../onnx/fused.ts";
import type { OpDefinition } from "../op.ts";
import { ops } from "./index.ts";

/** The page docs/ops.md. */
function page(): string {
  const all = Object.values(ops).sort((a, b) => a.name.localeCompare(b.name));
  const list = (kept: (derivative: OpDefinition["derivative"]) => boolean) =>
    all
      .filter(({ derivative }) => kept(derivative))
      .map(({ name, domain }) => (domain ? `${name} (${domain})` : name))
      .join(", ");
  const partly = all.flatMap(({ name, derivative }) =>
    derivative !== "zero" && "missing" in derivative ? [`- ${name}: ${derivative.missing}`] : [],
  );
  return `# Ops

Operators of ONNX operator sets 7 to 24 that Cajal imports, traces and exports. Each is tested against ONNX Runtime and, where it has a
derivative, against central differences in float64, forward against reverse.

## With forward and reverse derivative (${all.filter(({ derivative }) => derivative !== "zero" && !("missing" in derivative)).length})

${list((derivative) => derivative !== "zero" && !("missing" in derivative))}

## Derivative zero almost everywhere, or no function of real numbers (${all.filter(({ derivative }) => derivative === "zero").length})

${list((derivative) => derivative === "zero")}
${partly.length > 0 ? `\n## Without reverse derivative\n\n${partly.join("\n")}\n` : ""}
## Imported as compositions of the above (${Object.keys(compositions).length})

${Object.keys(compositions).join(", ")}

## Fused ops of ONNX Runtime (com.microsoft) that are taken apart at import (${takenApart.length})

${takenApart.toSorted().join(", ")}

## Notes

\`LSTM\`, \`GRU\` and \`RNN\` run as they are; their derivatives are those of a scan over the steps. \`Attention\`, \`MultiHeadAttention\`,
\`GroupQueryAttention\` and \`MatMulNBits\` of com.microsoft run as they are, too, with the derivatives of the nodes that they stand for.
\`QuantizeLinear\` is a staircase, so that its derivative is zero; a straight-through estimate is a \`customVjp\`. Functions that a model
defines are replaced by what is inside them; \`Attention\` and \`RotaryEmbedding\` of operator set 23 by ops of older sets.

\`Upsample\` is imported as \`Resize\`, \`Constant\` as a constant, an \`If\` whose condition shapes decide as the branch taken, a \`Loop\` whose number of steps is known as a \`Scan\`.
`;
}

describe("the table of ops", () => {
  it("is what docs/ops.md says", async () => {
    await expect(page()).toMatchFileSnapshot("../../../docs/ops.md");
  });

  it("has each op under its own name, and each is named in a test of this folder", () => {
    const folder = new URL(".", import.meta.url).pathname;
    const tests = readdirSync(folder)
      .filter((file) => file.endsWith(".test.ts") && file !== "index.test.ts")
      .map((file) => readFileSync(folder + file, "utf8"))
      .join("\n");
    for (const [name, definition] of Object.entries(ops)) {
      expect(definition.name).toBe(name);
      expect(new RegExp(`"${name}\\b|\\b${name.replace(/^Reduce/, "")}"`).test(tests), `${name} is tested`).toBe(true);
    }
  });
});
