/** Runs an experiment in this browser, in a worker: the same code as on the server, on WebAssembly or WebGPU. */

import { expose } from "comlink";
import { CajalError, openRuntime } from "../../../src/graph/index.ts";
import {
  completeOptions,
  type Happening,
  loadMethod,
  type RunEvent,
  type RunStore,
  runContext,
  secondsOf,
} from "../../../src/methods/index.ts";
import type { RunRecord } from "../../../src/node/runs/record.ts";
import { serverData } from "../server-data.ts";
import { devices } from "./devices.ts";
import { drop, holding, keep, keepEvents, keepRecord, read, readEvents, readRecord } from "./store.ts";

const keepEvery = 500;

export class HereEngine {
  private stopping = new AbortController();

  /** What is left of a run. Told of all its events, those of before too, and of its record as it changes. */
  run(id: string, told: (events: readonly RunEvent[]) => void, changed: (record: RunRecord) => void): Promise<void> {
    return holding(id, () => this.attempt(id, told, changed));
  }

  cancel(): void {
    this.stopping.abort(new CajalError("aborted", "cancelled"));
  }

  private async attempt(
    id: string,
    told: (events: readonly RunEvent[]) => void,
    changed: (record: RunRecord) => void,
  ): Promise<void> {
    const before = await readRecord(id);
    if (before === undefined) throw new Error(`There is no run ${id} in this browser.`);
    const { signal } = this.stopping;
    const events = await readEvents(id);
    told(events);
    const { error: _, ...rest } = before;
    let record: RunRecord = rest;
    const become = async (change: Partial<RunRecord>) => {
      record = { ...record, seconds: secondsOf(events), ...change };
      await keepRecord(record);
      changed(record);
    };
    const store = storeOf(id, events, told);
    try {
      const method = await loadMethod(before.method);
      const options = completeOptions(method, before.options);
      await become({ state: "running", options });
      const warn = (message: string) => store.write({ type: "log", message });
      const runtime = await openRuntime(devices[before.environment.runtime], { warn });
      store.write({ type: "begin" });
      const how = { seed: before.seed, data: serverData, compile: { runtime }, signal };
      await method.run(options, runContext(store, how));
      await store.settled();
      await become({ state: "finished", finished: new Date().toISOString() });
    } catch (error) {
      await store.settled();
      const isKnown = error instanceof CajalError;
      const reason = { code: isKnown ? error.code : "defect", message: String((error as Error)?.message ?? error) };
      await become(signal.aborted ? { state: "interrupted" } : { state: "failed", error: reason });
      if (!isKnown) throw error;
    }
  }
}

/** @param events those of before; what happens is added */
function storeOf(
  id: string,
  events: RunEvent[],
  told: (events: readonly RunEvent[]) => void,
): RunStore & { settled(): Promise<void> } {
  const pending: Promise<void>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = async () => {
    clearTimeout(timer);
    timer = undefined;
    await keepEvents(id, events);
  };
  const settled = async () => {
    await Promise.all(pending.splice(0));
    await save();
  };
  return {
    write(event: Happening) {
      const whole = { at: Date.now(), ...event } as RunEvent;
      events.push(whole);
      told([whole]);
      timer ??= setTimeout(() => pending.push(save()), keepEvery);
    },
    figure: (name, figure) => void pending.push(keep(id, "figure", name, JSON.stringify(figure))),
    artifact: (name, bytes) => keep(id, "artifact", name, bytes),
    readPart: (name) => read<string>(id, "part", name),
    async writePart(name, result) {
      // A part that is kept is not done again: what it told must be kept before.
      await settled();
      await keep(id, "part", name, result);
      await drop(id, "checkpoint", name);
    },
    checkpoint: (part) => ({
      read: () => read<Uint8Array>(id, "checkpoint", part),
      async write(bytes) {
        await settled();
        await keep(id, "checkpoint", part, bytes);
      },
    }),
    settled,
  };
}

expose(new HereEngine());
