import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineMethod } from "../methods/index.ts";
import { layOutMethod } from "../node/index.ts";
import { mirrored } from "../node/testing/mirror.ts";
import { addFlags, describeFlags, readFlags } from "./method-flags.ts";
import { formatDemand, formatFigure } from "./method-words.ts";

const method = defineMethod({
  slug: "flags",
  family: "units",
  paper: { title: "Flags", authors: "A. Flag", year: 2020 },
  summary: "has options",
  options: z.object({
    maxDelay: z.number().int().default(13).describe("steps"),
    rates: z.array(z.number()).default([0.1, 0.2]).describe("per second"),
    kind: z.enum(["a", "b"]).default("a").describe("which"),
    name: z.string().default("x").describe("of it"),
    fast: z.boolean().default(false).describe("hurry"),
    checks: z.boolean().default(true).describe("check all"),
  }),
  quick: { maxDelay: 3 },
  bars: [],
  run: async () => undefined,
});

describe("options of a method as flags", () => {
  const parse = (...words: string[]) => {
    const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    addFlags(command, method);
    return readFlags(method, command.parse(words, { from: "user" }).opts());
  };

  it("are read by the kinds that the schema gives them", () => {
    expect(method.options.parse(parse())).toEqual(method.options.parse({}));
    // What is not given must not undo what --quick sets.
    expect(parse()).toEqual({});
    const given = parse("--max-delay", "7", "--rates", "1,2.5", "--kind", "b", "--name", "12", "--fast", "--no-checks");
    expect(given).toEqual({ maxDelay: 7, rates: [1, 2.5], kind: "b", name: "12", fast: true, checks: false });
  });

  it("that are wrong are refused, by commander or by the schema", () => {
    expect(() => parse("--kind", "c")).toThrow();
    expect(method.options.safeParse(parse("--max-delay", "many")).success).toBe(false);
    expect(method.options.safeParse(parse("--rates", "1,two")).success).toBe(false);
  });

  it("are listed with defaults", () => {
    expect(describeFlags(method)[0]).toEqual({ flag: "max-delay", value: "13", about: "steps" });
    expect(describeFlags(method).at(-1)?.flag).toBe("no-checks");
  });
});

it("figures and demands in words", () => {
  expect([0.123456, 12345, 1e-9, Number.NaN, undefined].map((value) => formatFigure(value))).toEqual([
    "0.1235",
    "12,345",
    "1.00e-9",
    "NaN",
    "–",
  ]);
  expect(formatDemand({ atLeast: 0.5 })).toBe("≥ 0.5");
  expect(formatDemand({ atLeast: 1, atMost: 1 })).toBe("= 1");
});

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cajal-methods-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the room of a new method has its files and its line in the registry; its name is taken then", async () => {
  mkdirSync(join(folder, "src/methods"), { recursive: true });
  cpSync(join(root, "src/methods/registry.ts"), join(folder, "src/methods/registry.ts"));
  await layOutMethod(folder, "units/new-unit");
  expect(readdirSync(join(folder, "src/methods/units/new-unit")).sort()).toEqual([
    "README.md",
    "index.ts",
    "method.ts",
    "new-unit.test.ts",
    "new-unit.ts",
  ]);
  expect(readFileSync(join(folder, "src/methods/registry.ts"), "utf8")).toMatch(
    /methods: Readonly<Record<string, Listed>> = \{\n {2}"new-unit": \{/,
  );
  await expect(layOutMethod(folder, "units/new-unit")).rejects.toThrow(/already/);
  await expect(layOutMethod(folder, "cars/engine")).rejects.toMatchObject({ code: "argument" });
  await expect(layOutMethod(join(folder, "nowhere"), "units/x")).rejects.toMatchObject({ code: "file-missing" });
});

/** Runs the built command. */
function cajal(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], { cwd: folder });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe("the command", () => {
  it("lists methods by family, and shows one", async () => {
    const listed = JSON.parse((await cajal("list", "--json")).out) as { slug: string }[];
    expect(listed.length).toBeGreaterThan(0);
    const shown = await cajal("show", listed[0].slug);
    expect(shown.out).toContain("Options of cajal run");
    expect((await cajal("show", "no-such-method")).err).toContain('no method is named "no-such-method"');
    expect((await cajal("list", "cars")).code).toBe(1);
  });

  it.skipIf(!mirrored("mnist"))("runs an experiment, makes its page, lists it", async () => {
    const slug = "active-dendrites";
    const ran = await cajal("run", slug, "--quick", "--json");
    const run = JSON.parse(ran.out) as { id: string; state: string; metrics: unknown[] };
    expect([ran.code, run.state]).toEqual([0, "finished"]);
    expect((await cajal("report", run.id)).out).toContain("wrote");
    expect(existsSync(join(folder, "runs", run.id, "report.html"))).toBe(true);
    expect((await cajal("runs")).out).toContain(run.id);
    expect((await cajal("resume", run.id)).out).toContain("nothing was left to do");
    expect((await cajal("run", slug, "--no-such-flag")).code).toBe(2);
    expect((await cajal("resume", "nothing")).err).toContain("there is no run");
  });

  it("data list and verify say what is here", async () => {
    const sets = JSON.parse((await cajal("data", "list", "--json")).out) as { name: string }[];
    expect(sets.map(({ name }) => name)).toContain("mnist");
    expect((await cajal("data", "get", "no-such-set")).err).toContain("no data set is named");
  });
});
