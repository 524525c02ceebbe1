/** @file cajal/methods: published methods on your own model or data, and what they are made of. Each method has an entry of its own: cajal/methods/<family>/<slug>. */

export { type Judged, judge, type Measured, measured } from "./bars.ts";
export { type Family, families } from "./families.ts";
export { type Bar, defineMethod, type Method, type Paper } from "./method.ts";
export { completeOptions, type MethodOption, optionsOf } from "./options.ts";
export { type Listed, loadMethod, methods } from "./registry.ts";
export type { Kept, Part, Run, Table } from "./run.ts";
export { type ContextOptions, type RunStore, runContext } from "./runs/context.ts";
export type { Happening, RunEvent } from "./runs/event.ts";
export { type Curve, type Findings, findingsOf, type Metric, secondsOf } from "./runs/findings.ts";
