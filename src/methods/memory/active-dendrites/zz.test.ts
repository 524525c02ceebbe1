import { it } from "vitest";
import { dataSource } from "../../../node/data-sets.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";

it("x", async () => {
  const full = process.env.FULL;
  const run = memoryRun(Number(process.env.SEED ?? 1), dataSource());
  const t0 = performance.now();
  let stage = "";
  const t = t0;
  const r = {
    ...run,
    progress: (s: string) => {
      if (s !== stage) {
        console.log(((performance.now() - t) / 1000).toFixed(1), s);
        stage = s;
      }
    },
  };
  const o = method.options.parse(full ? {} : method.quick);
  await method.run(o, r);
  console.log((performance.now() - t0) / 1000, "s");
  for (const b of method.bars) {
    const v = run.metrics[b.metric];
    console.log(
      v === undefined ? "MISSING" : v >= (b.atLeast ?? -Infinity) && v <= (b.atMost ?? Infinity) ? "ok  " : "FAIL",
      b.metric,
      v,
      b.atLeast ?? "",
      b.atMost ?? "",
    );
  }
  console.log(run.metrics);
  for (const [k, t] of Object.entries(run.tables)) {
    console.log(k);
    console.log(t.columns.join(" | "));
    for (const x of t.rows) console.log(x.join(" | "));
  }
  console.log(Object.entries(run.artifacts).map(([k, b]) => [k, b.length]));
}, 600000);
