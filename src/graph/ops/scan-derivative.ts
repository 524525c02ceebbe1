/**
 * @file The derivatives of Scan: another Scan over the same steps, backward for cotangents and forward for tangents.
 *
 * The body is differentiated as it is, so that custom rules inside keep their meaning. What the derivative of a step needs of the
 * step itself (its residuals) becomes one more output of the forward scan, and an input of the other; there the very same Value
 * stands for it. With checkpointing only the states are kept, and the other scan's body computes the rest again.
 */

import { isFloat } from "../dtype.ts";
import { inStackedBody } from "../names.ts";
import type { Derivative } from "../op.ts";
import { order } from "../order.ts";
import { pullBack, pushForward, reached, receiving, spread, zeros } from "../propagate.ts";
import { allDependencies, dependents } from "../subgraph.ts";
import type { GraphNode } from "../tracer.ts";
import type { Value } from "../value.ts";
import { sumOf } from "./rules.ts";
import { addends, type Summand, stackedBy, summandOf, sumOverSteps } from "./scan-accumulate.ts";
import { type Carried, emitScan, ScanNode, type Scanned } from "./scan-node.ts";

type MaybeZero = Value | undefined;
const isThere = (value: MaybeZero): value is Value => value !== undefined;

/** How the body of another scan over the same steps sees the forward body. */
interface Sight {
  isResidual(value: Value): boolean;
  /** Whether a value differs from step to step, and is made by the other body. */
  isOurs(value: Value): boolean;
  /** What the roots need of the forward body, as inputs of the other scan. */
  inputs(roots: readonly Value[]): Scanned[];
}

/**
 * @param own the other body's inputs, without residuals
 * @param roots what it computes
 */
function sightOf(forward: ScanNode, own: readonly Value[], roots: readonly Value[]): Sight {
  const theirs = forward.body.inputs;
  const given = new Set([...own, ...theirs]);
  const inside = dependents([...given], roots).values;
  const forwardInside = dependents(theirs, roots).values;
  const made = forward.node.outputs[0].serial;
  const isResidual = (value: Value): boolean =>
    theirs.includes(value) || (!forward.checkpoint && value.serial < made && forwardInside.has(value));
  return {
    isResidual,
    isOurs: (value) => inside.has(value) && !isResidual(value),
    inputs(wanted) {
      const needed = new Set(wanted.filter(isResidual));
      const stop = (value: Value) => given.has(value) || isResidual(value) || !inside.has(value);
      for (const node of order(wanted, stop, allDependencies))
        for (const value of allDependencies(node)) if (value !== undefined && isResidual(value)) needed.add(value);
      return [...needed].map((value) => ({ slice: value, stack: forward.stack(value) }));
    },
  };
}

const placeholder = (like: Value): Value => like.tracer.input({ dtype: like.dtype, shape: like.shape }, "scan");

/** The cotangent of a capture: a sum over all steps. */
interface Total {
  readonly of: Value;
  /** What is added up as the steps go. */
  readonly now: readonly Value[];
  /** What is summed when all steps are there. */
  readonly later: readonly Summand[];
}

/** @param terms one for each capture: what a step adds to its cotangent */
function totalsOf(terms: readonly MaybeZero[], captures: readonly Value[], checkpoint: boolean, sight: Sight): Total[] {
  const { isOurs, isResidual } = sight;
  const split = terms.flatMap((term, i) => {
    if (term === undefined) return [];
    // With checkpointing memory is short, so that nothing more is kept of each step than needed.
    const parts = checkpoint ? [term] : addends(term, isOurs);
    return [
      {
        of: captures[i],
        parts: parts.map((part) => ({ part, summand: checkpoint ? undefined : summandOf(part, isOurs) })),
      },
    ];
  });
  const changes = (summand: Summand) => stackedBy(summand).every((value) => isOurs(value) || isResidual(value));
  const products = split.flatMap(({ parts }) =>
    parts.flatMap(({ summand }) => (summand?.kind === "product" && changes(summand) ? [summand] : [])),
  );
  const stacked = new Set(products.flatMap(stackedBy));
  // A sum is left for later only where its steps are kept anyway.
  const waits = (summand: Summand): boolean =>
    changes(summand) && (summand.kind === "product" || stacked.has(summand.of) || isResidual(summand.of));
  return split.map(({ of, parts }) => ({
    of,
    later: parts.flatMap(({ summand }) => (summand && waits(summand) ? [summand] : [])),
    now: parts.flatMap(({ part, summand }) => (summand && waits(summand) ? [] : [part])),
  }));
}

function vjp(node: GraphNode, cotangents: readonly MaybeZero[]): MaybeZero[] {
  const forward = new ScanNode(node);
  const { body, states, reads, length, checkpoint, reverse } = forward;
  const { tracer } = node.outputs[0];
  const targets = [...body.inputs, ...body.captures];
  const outputs = [...body.outputs];
  const given = outputs.map((output, i) => (isFloat(output.dtype) ? cotangents[i] : undefined));
  const active = spread(given.slice(0, states).map(isThere), (is) =>
    receiving(targets, outputs, [...is, ...given.slice(states).map(isThere)]),
  );
  const seeds = outputs.map((output, i) =>
    (i < states ? active[i] : isThere(given[i])) ? placeholder(output) : undefined,
  );
  const { result: pulled, deliver } = inStackedBody(() => pullBack(targets, outputs, seeds));

  const carried: Carried[] = [];
  const scanned: Scanned[] = [];
  for (const [i, seed] of seeds.entries()) {
    if (seed === undefined) continue;
    if (i >= states) scanned.push({ slice: seed, stack: given[i] as Value });
    else carried.push({ state: seed, next: pulled[i] ?? zeros(seed), initial: given[i] ?? zeros(seed) });
  }
  const toReads = pulled.slice(states, states + reads);
  const toCaptures = pulled.slice(states + reads);
  const written = toReads.filter(isThere);
  const roots = [...carried.map(({ next }) => next), ...written];
  const own = [...carried.map(({ state }) => state), ...scanned.map(({ slice }) => slice)];
  const sight = sightOf(forward, own, [...roots, ...toCaptures.filter(isThere)]);

  const totals = totalsOf(toCaptures, body.captures, checkpoint, sight);
  for (const { of, now } of totals) {
    if (now.length === 0) continue;
    const state = placeholder(of);
    const next = now.reduce((sum, term) => sum.add(term), state);
    carried.push({ state, next, initial: zeros(of) });
    roots.push(...now);
  }
  const factors = totals.flatMap(({ later }) => later).flatMap(stackedBy);
  roots.push(...factors.filter((value) => !sight.isResidual(value)));
  if (roots.length === 0) return [];

  const backward = emitScan(tracer, {
    carried,
    scanned: [...scanned, ...sight.inputs(roots)],
    outputs: written,
    length,
    reverse: !reverse,
    checkpoint,
  });
  const stack = (value: Value) => (sight.isResidual(value) ? forward.stack(value) : backward.stack(value));
  deliver(stack);
  const { finals, stacks } = backward;
  const sums = finals.slice(active.filter(Boolean).length);
  const cotangentOf = (capture: Value): MaybeZero => {
    const total = totals.find(({ of }) => of === capture);
    return (
      total &&
      sumOf([
        ...(total.now.length > 0 ? sums.splice(0, 1) : []),
        ...total.later.map((summand) => sumOverSteps(summand, stack, capture)),
      ])
    );
  };
  return [
    ...active.map((is) => (is ? finals.shift() : undefined)),
    ...toReads.map((value) => value && stacks.shift()),
    ...body.captures.map(cotangentOf),
  ];
}

function jvp(node: GraphNode, tangents: readonly MaybeZero[]): MaybeZero[] {
  const forward = new ScanNode(node);
  const { body, states, reads, length, checkpoint, reverse } = forward;
  const { tracer } = node.outputs[0];
  const targets = [...body.inputs, ...body.captures];
  const outputs = [...body.outputs];
  const given = targets.map((target, i) => (isFloat(target.dtype) ? tangents[i] : undefined));
  const active = spread(given.slice(0, states).map(isThere), (is) =>
    reached(targets, outputs, [...is, ...given.slice(states).map(isThere)]),
  );
  const seeds = targets.map((target, i) => {
    if (i >= states + reads) return given[i];
    return (i < states ? active[i] : isThere(given[i])) ? placeholder(target) : undefined;
  });
  const { result: pushed, deliver } = inStackedBody(() => pushForward(targets, outputs, seeds));

  const carried: Carried[] = [];
  const scanned: Scanned[] = [];
  for (const [i, seed] of seeds.slice(0, states + reads).entries()) {
    if (seed === undefined) continue;
    if (i >= states) scanned.push({ slice: seed, stack: given[i] as Value });
    else carried.push({ state: seed, next: pushed[i] ?? zeros(seed), initial: given[i] ?? zeros(seed) });
  }
  const written = pushed.slice(states).filter(isThere);
  const roots = [...carried.map(({ next }) => next), ...written];
  if (roots.length === 0) return [];
  const own = [...carried.map(({ state }) => state), ...scanned.map(({ slice }) => slice)];
  const tangent = emitScan(tracer, {
    carried,
    scanned: [...scanned, ...sightOf(forward, own, roots).inputs(roots)],
    outputs: written,
    length,
    reverse,
    checkpoint,
  });
  deliver((value) => tangent.stack(value));
  const { finals, stacks } = tangent;
  return [
    ...active.map((is) => (is ? finals.shift() : undefined)),
    ...pushed.slice(states).map((value) => value && stacks.shift()),
  ];
}

export const scanDerivative: Derivative = {
  vjp: (call, cotangents) => vjp(call.outputs[0].node as GraphNode, cotangents),
  jvp: (call, tangents) => jvp(call.outputs[0].node as GraphNode, tangents),
};
