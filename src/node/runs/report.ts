/** @file The page of a run. */

import { findingsOf, judge, type Method, measured } from "../../methods/index.ts";
import { type RunReport, renderRunReport } from "../../plot/index.ts";
import { figureDocument } from "../figure-document.ts";
import { version } from "../version.ts";
import { drawFigures } from "./draw.ts";
import { readEvents } from "./events.ts";
import { type RunFolder, stateOf } from "./folder.ts";

/** Self-contained HTML of what a run has found so far. */
export async function runReport(folder: RunFolder, method: Method): Promise<string> {
  const record = await stateOf(folder);
  const findings = findingsOf(await readEvents(folder.events));
  const metrics = findings.metrics.map(({ name, value, unit }) => measured(name, [value], unit));
  const { slug, family, summary, paper } = method;
  const report: RunReport = {
    method: { slug, family, summary, ...paper },
    state: record.state,
    seeds: [record.seed],
    options: record.options,
    bars: judge(method.bars, metrics),
    metrics,
    curves: findings.curves,
    figures: await drawFigures(folder, findings.figures),
    tables: findings.tables,
    environment: record.environment,
    seconds: record.seconds,
    log: findings.log,
    ...(record.error && { error: record.error.message }),
    created: record.started,
    version,
  };
  return renderRunReport(report, { document: figureDocument() });
}
