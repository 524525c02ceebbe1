/** A run as it goes on: its record and all that it has found, told by the server. */

import type { RunEvent } from "../../src/methods/runs/event.ts";
import { type Findings, findingsOf } from "../../src/methods/runs/findings.ts";
import type { RunRecord } from "../../src/node/runs/record.ts";
import { cancel, readText, remove, resume, runFile } from "./api.ts";
import { type LiveRun, versionsOf } from "./live-run.ts";

/** Events come in bursts; the page is drawn anew at most this often. */
const millisecondsBetweenDrawings = 200;

export class FollowedRun implements LiveRun {
  record = $state.raw<RunRecord>();
  findings = $state.raw<Findings>(findingsOf([]));
  /** How often each figure was made: an experiment may make one again. */
  versions = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** There is no such run. */
  missing = $state.raw(false);
  private readonly events: RunEvent[] = [];
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
    this.connect();
  }

  private readonly id: string;

  async resume(): Promise<void> {
    await resume(this.id);
    this.source?.close();
    this.events.length = 0;
    this.connect();
  }

  async figure(name: string): Promise<{ svg: string; data: string }> {
    const file = (ending: string) => readText(runFile(this.id, "figures", `${name}.${ending}`));
    const [svg, data] = await Promise.all([file("svg"), file("json")]);
    return { svg, data };
  }

  artifact = async (name: string) => (await fetch(runFile(this.id, "artifacts", name))).blob();
  cancel = () => cancel(this.id);
  remove = () => remove(this.id);

  stop(): void {
    this.source?.close();
    clearTimeout(this.timer);
  }

  // A connection that breaks is taken up by the browser behind the last event that came.
  private connect(): void {
    const source = new EventSource(`/api/runs/${encodeURIComponent(this.id)}/events`);
    source.addEventListener("event", ({ data }) => {
      this.events.push(JSON.parse(data));
      this.timer ??= setTimeout(() => this.draw(), millisecondsBetweenDrawings);
    });
    source.addEventListener("record", ({ data }) => {
      this.record = JSON.parse(data);
      this.draw();
    });
    source.addEventListener("end", () => {
      this.draw();
      source.close();
    });
    // A browser takes up what broke off; what was refused it does not.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED && this.record === undefined) this.missing = true;
    });
    this.source = source;
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.findings = findingsOf(this.events);
    this.versions = versionsOf(this.events);
  }
}
