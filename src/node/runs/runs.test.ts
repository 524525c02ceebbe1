import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Rng, Tensor } from "../../graph/index.ts";
import {
  completeOptions,
  defineMethod,
  findingsOf,
  judge,
  type Method,
  measured,
  type Run,
} from "../../methods/index.ts";
import { decodeKept, encodeKept } from "../../methods/runs/kept.ts";
import { Lock } from "../lock.ts";
import { readEvents } from "./events.ts";
import { createRun, execute } from "./execute.ts";
import { fileName, findRun, listRuns, stateOf } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "cajal-runs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An experiment of three parts, each of which draws numbers of its own. */
function walk(between: (part: number, run: Run) => void = () => undefined): Method {
  return defineMethod({
    slug: "walk",
    family: "memory",
    paper: { title: "On walking", authors: "A. Walker", year: 2020 },
    summary: "walks",
    options: z.object({ steps: z.number().int().positive().default(4).describe("steps of a part") }),
    quick: { steps: 1 },
    bars: [{ metric: "place", atLeast: 0 }],
    async run({ steps }, run) {
      let place = 0;
      for (let part = 0; part < 3; part++) {
        const moves = await run.part(`part ${part}`, async ({ rng }) => {
          const drawn = Array.from({ length: steps }, () => rng.gaussian());
          for (const [step, move] of drawn.entries()) run.metric(`move ${part}`, move, { step });
          between(part, run);
          return { drawn: Float64Array.from(drawn), missing: Number.NaN };
        });
        expect(moves.missing).toBeNaN();
        for (const move of moves.drawn) place += move;
      }
      run.metric("place", place, { unit: "m" });
      run.table("places", { columns: ["place"], rows: [[place]] });
    },
  });
}

describe("a run", () => {
  it("is a folder that says all that was found", async () => {
    const folder = await createRun(root, walk(), { steps: 2 }, 5);
    const { record, findings } = await execute(folder, walk());
    expect(record).toMatchObject({ method: "walk", seed: 5, options: { steps: 2 }, state: "finished" });
    expect(findings.metrics).toEqual([{ name: "place", value: expect.any(Number), unit: "m" }]);
    expect(findings.curves.map(({ name, points }) => [name, points.length])).toEqual([
      ["move 0", 2],
      ["move 1", 2],
      ["move 2", 2],
    ]);
    expect(findings.tables[0].rows[0][0]).toBe(findings.metrics[0].value);
    expect((await listRuns(root)).map(({ record: { id } }) => id)).toContain(record.id);
    expect((await findRun(root, record.id)).path).toBe(folder.path);
    // Once more: nothing is left to do, and nothing changes.
    expect((await execute(folder, walk())).findings).toEqual(findings);
  });

  it("that is stopped goes on to the same findings, without doing a finished part again", async () => {
    const whole = await execute(await createRun(root, walk(), {}, 1), walk());
    const folder = await createRun(root, walk(), {}, 1);
    const done: number[] = [];
    for (const stop of [0, 1, 2]) {
      const controller = new AbortController();
      const stopping = walk((part) => {
        done.push(part);
        if (part === stop) controller.abort(new Error("enough"));
        controller.signal.throwIfAborted();
      });
      await expect(execute(folder, stopping, { signal: controller.signal })).rejects.toThrow("enough");
      expect((await stateOf(folder)).state).toBe("interrupted");
    }
    const resumed = await execute(folder, walk());
    expect(done).toEqual([0, 0, 1, 1, 2]);
    expect(resumed.findings).toEqual(whole.findings);
    expect(resumed.record.state).toBe("finished");
  });

  it("that fails says why, and can be tried again", async () => {
    const folder = await createRun(root, walk(), {}, 2);
    const failing = walk((part) => {
      if (part === 1) throw new Error("a wall");
    });
    await expect(execute(folder, failing)).rejects.toThrow("a wall");
    expect(await stateOf(folder)).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("wall") },
    });
    expect((await execute(folder, walk())).record).not.toHaveProperty("error");
  });

  it("is worked on by one process at a time; one that died holds nothing", async () => {
    const folder = await createRun(root, walk(), {}, 3);
    const lock = await Lock.take(folder.lock);
    await expect(execute(folder, walk())).rejects.toMatchObject({ code: "in-use" });
    await lock.release();
    writeFileSync(folder.lock, "999999999 1");
    expect((await execute(folder, walk())).record.state).toBe("finished");
  });

  it("two that begin at once do not mix", async () => {
    const folders = await Promise.all([1, 2, 3, 4].map((seed) => createRun(root, walk(), {}, seed)));
    expect(new Set(folders.map(({ path }) => path)).size).toBe(4);
    const runs = await Promise.all(folders.map((folder) => execute(folder, walk())));
    expect(new Set(runs.map(({ findings }) => findings.metrics[0].value)).size).toBe(4);
  });

  it("events that were cut off are left out, and the next line is whole", async () => {
    const folder = await createRun(root, walk(), {}, 4);
    writeFileSync(folder.events, '{"at":1,"type":"log","message":"one"}\n{"at":2,"type":"lo');
    await execute(folder, walk());
    const events = await readEvents(folder.events);
    expect(events[0]).toMatchObject({ message: "one" });
    expect(events[1]).toMatchObject({ type: "begin" });
    appendFileSync(folder.events, '{"at":3,"ty');
    expect(await readEvents(folder.events)).toEqual(events);
  });
});

it("what parts result in is read back to the last bit", () => {
  const rng = new Rng(1);
  const value = {
    numbers: [0.1 + 0.2, Number.NaN, -0, Number.POSITIVE_INFINITY],
    array: new Float32Array([1.5, Number.NaN]),
    big: new BigInt64Array([-(2n ** 60n)]),
    tensor: rng.normal([2, 3]),
    map: new Map([["a", 1]]),
    nothing: undefined,
  };
  expect(decodeKept(encodeKept(value, "p"))).toEqual(value);
  const tensor = decodeKept(encodeKept(Tensor.of([1, 2], [2], "int64"), "p")) as Tensor;
  expect([tensor instanceof Tensor, tensor.dtype, tensor.shape]).toEqual([true, "int64", [2]]);
  const window = new Tensor("float32", [2], new Float32Array([1, 2, 3, 4]).subarray(1, 3));
  expect(encodeKept(window, "p")).toBe(encodeKept(Tensor.of([2, 3], [2]), "p"));
  expect(() => encodeKept({ f: () => 1 }, "my part")).toThrow(/"my part" cannot be kept/);
});

it("names of parts become files that stay in their folder and differ", () => {
  const names = ["../../etc", "a/b", "a b", "a_b", ".hidden", "α – 1", "con:x", "😀"];
  expect(new Set(names.map(fileName)).size).toBe(names.length);
  for (const name of names) expect(fileName(name)).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9_.%-]*$/);
});

it("options that are wrong are named", () => {
  expect(completeOptions(walk(), {})).toEqual({ steps: 4 });
  expect(() => completeOptions(walk(), { steps: -1 })).toThrow(/walk: option steps: /);
  expect(() => completeOptions(walk(), { stride: 1 })).toThrow(/stride/);
});

it("bars are held against the mean, or against the worst seed", () => {
  const metrics = [measured("a", [1, 2, 3]), measured("b", [Number.NaN])];
  const verdicts = judge(
    [
      { metric: "a", atLeast: 2 },
      { metric: "a", atLeast: 2, over: "every seed" },
      { metric: "a", atMost: 3, over: "every seed" },
      { metric: "b", atMost: 1 },
      { metric: "c", atMost: 1 },
    ],
    metrics,
  );
  expect(verdicts.map(({ met, reached }) => [met, reached])).toEqual([
    [true, 2],
    [false, 1],
    [true, 3],
    [false, Number.NaN],
    [false, undefined],
  ]);
});

const dist = new URL("../../../dist/", import.meta.url).href;

/** Makes a run and prints its folder, or goes on with one. */
const program = `
  import { z } from "zod";
  import { leavesOf, Rng } from "${dist}graph/index.js";
  import { adam, batches, fit, init, mlp, mse } from "${dist}nn/index.js";
  import { createRun, execute } from "${dist}node/runs/execute.js";
  import { findRun } from "${dist}node/runs/folder.js";
  import { defineMethod } from "${dist}methods/index.js";
  const method = defineMethod({
    slug: "killed", family: "memory", paper: { title: "", authors: "", year: 2020 }, summary: "", options: z.object({}), quick: {},
    bars: [],
    async run(_, run) {
      for (const name of ["a", "b"]) {
        const params = await run.part(name, async ({ rng, checkpoint }) => {
          const { params } = await fit({
            params: init.mlp(rng, [4, 64, 1]), loss: (p, { x, y }) => mse(mlp(p, x, (h) => h.tanh()), y),
            data: batches({ x: rng.normal([64, 4]), y: rng.normal([64, 1]) }, { size: 16, rng: rng.split("order") }),
            optimiser: adam(1e-2), steps: 150, checkpoint, checkpointEvery: 10, signal: run.signal,
            onStep: ({ step, loss }) => { run.metric("loss " + name, loss, { step }); run.progress(name, step, 150); },
          });
          return params;
        });
        run.metric(name, leavesOf(params)[0].numbers().reduce((x, y) => x + y, 0));
      }
    },
  });
  const [root, id] = process.argv.slice(1);
  const folder = id ? await findRun(root, id) : await createRun(root, method, {}, 7);
  process.stdout.write(folder.path + "\\n");
  await execute(folder, method);
`;

function start(id: string | undefined, killAfter: number | undefined): Promise<{ path: string; killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, root, ...(id ? [id] : [])]);
    let [out, errors] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve({ path: out.trim(), killed: signal === "SIGKILL" });
      else reject(new Error(errors));
    });
  });
}

it("killed ten times at random moments, it has the findings of one that was left alone", async () => {
  const whole = await start(undefined, undefined);
  const rng = new Rng(Date.now());
  let { path } = await start(undefined, rng.int(0, 400));
  for (let kills = 1; kills < 10; kills++) ({ path } = await start(path, rng.int(0, 500)));
  await start(path, undefined);
  const findings = async (folder: string) => findingsOf(await readEvents(join(folder, "events.jsonl")));
  const { progress: _, ...undisturbed } = await findings(whole.path);
  expect(await findings(path)).toMatchObject(undisturbed);
  for (const name of ["a", "b"])
    expect(readFileSync(join(path, "parts", `${name}.json`))).toEqual(
      readFileSync(join(whole.path, "parts", `${name}.json`)),
    );
  expect(readdirSync(path, { recursive: true }).filter((name) => /part$|lock$/.test(String(name)))).toEqual([]);
}, 120_000);
