/** @file A layer of a report on neurons, from what recording and examining found. */

import type { LayerActivity, LayerFindings } from "../probe/index.ts";
import type { ReportDescription, ReportLayer, ReportNeuron } from "./neuron-report.ts";

export interface NeuronReportLayerOptions {
  /** Which picture of the report shows a sample. */
  pictureOf(sample: number): number;
  /** What a captioner said of a unit; default: nothing. */
  descriptionOf?(unit: number): ReportDescription | undefined;
}

const histogramBins = 40;

export function neuronReportLayer(
  activity: LayerActivity,
  findings: LayerFindings,
  options: NeuronReportLayerOptions,
): ReportLayer {
  const { name, kind, shape, receptiveField: field } = activity.layer;
  return {
    name,
    kind,
    shape,
    ...(field && {
      receptiveField: {
        height: Math.round(field[0].size),
        width: Math.round(field[1].size),
        strideY: field[0].step,
        strideX: field[1].step,
      },
    }),
    neurons: findings.units.map((found, unit) => neuronOf(activity, found, unit, options)),
  };
}

function neuronOf(
  { sketch, selectivity }: LayerActivity,
  findings: LayerFindings["units"][number],
  unit: number,
  { pictureOf, descriptionOf }: NeuronReportLayerOptions,
): ReportNeuron {
  const preferred = selectivity.classSelectivity(unit);
  const histogram = sketch.histogram(unit, histogramBins);
  const description = descriptionOf?.(unit);
  return {
    unit,
    dead: findings.dead,
    maximum: sketch.maximum(unit),
    mean: sketch.mean(unit),
    level: findings.level,
    active: sketch.positiveShare(unit),
    sparseness: selectivity.sparseness(unit),
    ...(preferred && { selectivity: preferred }),
    histogram: { from: histogram.from, to: histogram.to, counts: Array.from(histogram.counts) },
    exemplars: findings.exemplars.map(({ sample, value, region }) => ({
      picture: pictureOf(sample),
      value,
      ...region,
    })),
    ...(findings.explanation && { explanation: findings.explanation }),
    ...(description && { description }),
  };
}
