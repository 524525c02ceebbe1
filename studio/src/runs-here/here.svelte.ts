/** A run of this browser as it goes on: what a page of a run needs, without a server. */

import { proxy, type Remote, wrap } from "comlink";
import type { RunEvent } from "../../../src/methods/runs/event.ts";
import { type Findings, findingsOf } from "../../../src/methods/runs/findings.ts";
import type { RunRecord } from "../../../src/node/runs/record.ts";
import type { Figure } from "../../../src/plot/index.ts";
import { type LiveRun, versionsOf } from "../live-run.ts";
import type { HereEngine } from "./engine.ts";
import { forgetRun, hereRuns, keepRecord, read, readEvents } from "./store.ts";

/** The runs that this page computes; they go on when another page of the studio is looked at. */
const computed = new Map<string, { readonly worker: Worker; readonly engine: Remote<HereEngine> }>();

const millisecondsBetweenDrawings = 200;

export async function beginHere(
  method: string,
  options: Readonly<Record<string, unknown>>,
  seed: number,
  runtime: "WebAssembly" | "WebGPU",
): Promise<string> {
  const now = new Date();
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const id = `here-${method}-${stamp}-${crypto.getRandomValues(new Uint16Array(1))[0].toString(36)}`;
  const environment = { browser: navigator.userAgent, runtime };
  await keepRecord({
    ...{ id, method, seed, options: { ...options }, environment },
    state: "interrupted",
    started: now.toISOString(),
    seconds: 0,
  });
  return id;
}

export class HereRun implements LiveRun {
  record = $state.raw<RunRecord>();
  findings = $state.raw<Findings>(findingsOf([]));
  versions = $state.raw<ReadonlyMap<string, number>>(new Map());
  missing = $state.raw(false);
  private readonly id: string;
  private events: RunEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param isNew it was just begun: it is computed at once */
  constructor(id: string, isNew: boolean) {
    this.id = id;
    this.look().then(() => {
      if (isNew && this.record?.state === "interrupted") this.resume();
    });
  }

  private async look(): Promise<void> {
    const found = (await hereRuns()).find((record) => record.id === this.id);
    if (found === undefined) {
      this.missing = true;
      return;
    }
    this.record = found;
    this.events = await readEvents(this.id);
    this.draw();
    // Computed by this page or by another: looked at again until it ends.
    if (found.state === "running") this.timer = setTimeout(() => this.look(), 1000);
  }

  async resume(): Promise<void> {
    if (computed.has(this.id)) return;
    const worker = new Worker(new URL("./engine.ts", import.meta.url), { type: "module" });
    const engine = wrap<HereEngine>(worker);
    computed.set(this.id, { worker, engine });
    this.events = [];
    engine
      .run(
        this.id,
        proxy((events: readonly RunEvent[]) => {
          this.events.push(...events);
          this.timer ??= setTimeout(() => this.draw(), millisecondsBetweenDrawings);
        }),
        proxy((record: RunRecord) => {
          this.record = record;
        }),
      )
      .catch(() => undefined)
      .finally(() => {
        worker.terminate();
        computed.delete(this.id);
        this.look();
      });
  }

  async cancel(): Promise<void> {
    await computed.get(this.id)?.engine.cancel();
  }

  remove = () => forgetRun(this.id);

  async artifact(name: string): Promise<Blob> {
    return new Blob([
      ((await read<Uint8Array>(this.id, "artifact", name)) ?? new Uint8Array()) as Uint8Array<ArrayBuffer>,
    ]);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  async figure(name: string): Promise<{ svg: string; data: string }> {
    const data = (await read<string>(this.id, "figure", name)) ?? "";
    const { renderFigure } = await import("../../../src/plot/render-figure.ts");
    return { svg: renderFigure(JSON.parse(data) as Figure, { document }), data };
  }

  private draw(): void {
    this.timer = undefined;
    this.findings = findingsOf(this.events);
    this.versions = versionsOf(this.events);
  }
}
