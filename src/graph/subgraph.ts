/**
 * @file Subgraph: the body of a scan, a loop or a branch. It is made of ordinary Values of the same graph; what it takes from
 * around it are its captures.
 */

import { order } from "./order.ts";
import type { GraphNode } from "./tracer.ts";
import type { Value } from "./value.ts";

/** From the first serial number to the one after the last. */
export type Range = readonly [from: number, to: number];

/** What a node depends on when it is computed and when it is differentiated. */
export function allDependencies(node: GraphNode): readonly (Value | undefined)[] {
  return node.rule ? [...node.inputs, ...node.rule.inputs, ...node.rule.saved] : node.inputs;
}

/** The nodes that `roots` depend on and that depend on `inputs` themselves, in order, and all values that do. */
export function dependents(inputs: readonly Value[], roots: readonly Value[]) {
  const values = new Set(inputs);
  // Nothing older than the inputs can depend on them.
  const first = inputs.reduce((least, { serial }) => Math.min(least, serial), Number.POSITIVE_INFINITY);
  const given = new Set(inputs);
  const walked = order(roots, (value) => value.serial < first || given.has(value), allDependencies);
  const nodes = walked.filter((node) => {
    if (!allDependencies(node).some((value) => value !== undefined && values.has(value))) return false;
    for (const output of node.outputs) values.add(output);
    return true;
  });
  return { nodes, values };
}

export class Subgraph {
  readonly inputs: readonly Value[];
  /** Grows when a derivative asks a scan for what its steps computed. */
  readonly outputs: Value[] = [];
  /**
   * What the body takes from outside, without constants. In a scan or loop all that does not depend on the body's inputs is
   * outside; in a branch, all that was not made by it.
   */
  readonly captures: Value[] = [];
  /** For a branch: when its values were made. */
  readonly made: readonly Range[] | undefined;

  constructor(inputs: readonly Value[], outputs: readonly Value[], made?: readonly Range[]) {
    this.inputs = inputs;
    this.made = made;
    this.add(outputs);
  }

  /** Adds outputs; the captures that they bring. */
  add(outputs: readonly Value[]): Value[] {
    this.outputs.push(...outputs);
    const { nodes, isInside } = this.inside(outputs);
    const known = new Set(this.captures);
    const added: Value[] = [];
    const capture = (value: Value | undefined) => {
      if (value === undefined || value.constant !== undefined || isInside(value) || known.has(value)) return;
      known.add(value);
      added.push(value);
    };
    for (const node of nodes) for (const value of allDependencies(node)) capture(value);
    for (const value of outputs) capture(value);
    this.captures.push(...added);
    return added;
  }

  /** Whether a value is given to the body, so that it need not look behind it. */
  gives(): (value: Value) => boolean {
    const given = new Set([...this.inputs, ...this.captures]);
    return (value) => given.has(value);
  }

  private inside(outputs: readonly Value[]) {
    const { made } = this;
    if (made === undefined) {
      const { nodes, values } = dependents(this.inputs, outputs);
      return { nodes, isInside: (value: Value) => values.has(value) };
    }
    const isInside = (value: Value) =>
      value.node !== undefined && made.some(([from, to]) => value.serial >= from && value.serial < to);
    return { nodes: order(outputs, (value) => !isInside(value), allDependencies), isInside };
  }
}
