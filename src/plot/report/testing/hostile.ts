/** @file A report whose every text tries to break out of the page. For tests. */

import type { NeuronReport } from "../../neuron-report.ts";
import { syntheticReport } from "./synthetic.ts";

export const ATTACK = `</script><img src=x onerror="document.title='owned'"><!--<script>'&"`;

export function hostileReport(): NeuronReport {
  const report = syntheticReport({ layerName: (index) => `${ATTACK}${index}` });
  return {
    ...report,
    title: ATTACK,
    model: { ...report.model, name: ATTACK, input: ATTACK },
    data: { ...report.data, name: ATTACK, skipped: [{ file: ATTACK, reason: ATTACK }] },
    notes: [ATTACK],
    command: ATTACK,
    created: ATTACK,
    version: ATTACK,
    pictures: report.pictures.map((picture) => ({ ...picture, name: ATTACK, label: ATTACK })),
    layers: report.layers.map((layer) => ({
      ...layer,
      kind: ATTACK,
      neurons: layer.neurons.map((neuron) => ({
        ...neuron,
        ...(neuron.selectivity ? { selectivity: { ...neuron.selectivity, label: ATTACK } } : {}),
        ...(neuron.explanation
          ? { explanation: { ...neuron.explanation, concept: ATTACK, runnersUp: [{ concept: ATTACK, iou: 0.1 }] } }
          : {}),
      })),
    })),
  };
}
