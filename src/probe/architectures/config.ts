/** @file config.json of a Hugging Face folder: named fields, each read once and checked. */

import { CajalError } from "../../graph/index.ts";
import { type Activation, gelu, geluTanh, relu, silu } from "../../nn/index.ts";

/** Sizes beyond this are no sizes of a model. */
const largest = 1 << 24;

/** Activations by the names that configs give them. */
const activationsByName: Readonly<Record<string, Activation>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
  silu,
  swish: silu,
};

/** Fields of a JSON object. A field that is null is missing; one without a default must be there. */
export class Config {
  readonly source: string;
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>, source: string) {
    this.fields = fields;
    this.source = source;
  }

  /** @throws CajalError `bad-file` when the text is no JSON object */
  static parse(text: string, source: string): Config {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (cause) {
      throw new CajalError("bad-file", `${source} is not JSON`, { advice: "Fetch the file again.", cause });
    }
    if (!isObject(parsed)) throw new CajalError("bad-file", `${source} is no JSON object`);
    return new Config(parsed, source);
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  /** A whole number above 0. */
  size(name: string, fallback?: number): number {
    const good = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= largest;
    return this.read(name, "a whole number above 0", good, fallback);
  }

  number(name: string, fallback?: number): number {
    return this.read(name, "a number", Number.isFinite, fallback);
  }

  positive(name: string, fallback?: number): number {
    return this.read(name, "a number above 0", isPositive, fallback);
  }

  positives(name: string): readonly number[] {
    const good = (value: unknown) => Array.isArray(value) && value.every(isPositive);
    return this.read<readonly number[]>(name, "a list of numbers above 0", good, undefined);
  }

  flag(name: string, fallback: boolean): boolean {
    return this.read(name, "true or false", (value) => typeof value === "boolean", fallback);
  }

  text(name: string, fallback?: string): string {
    return this.read(name, "a text", (value) => typeof value === "string", fallback);
  }

  texts(name: string): readonly string[] | undefined {
    const good = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.has(name) ? this.read<readonly string[]>(name, "a list of texts", good, undefined) : undefined;
  }

  /** One token or a list of tokens. */
  tokens(name: string): readonly number[] {
    const good = (value: unknown) => [value].flat().every((item) => Number.isInteger(item) && Number(item) >= 0);
    return this.has(name) ? [this.read<number | number[]>(name, "a token", good, undefined)].flat() : [];
  }

  part(name: string): Config | undefined {
    if (!this.has(name)) return undefined;
    return new Config(
      this.read<Record<string, unknown>>(name, "an object", isObject, undefined),
      `${this.source}, "${name}"`,
    );
  }

  activation(name: string, fallback: string): Activation {
    const named = this.text(name, fallback);
    const found = Object.hasOwn(activationsByName, named) ? activationsByName[named] : undefined;
    if (found === undefined)
      throw this.unsupported(name, named, `Activations: ${Object.keys(activationsByName).join(", ")}.`);
    return found;
  }

  /** The error for a value that has a meaning, but is not computed here. */
  unsupported(name: string, value: unknown, advice: string): CajalError {
    return new CajalError("unknown-architecture", `${this.source}: "${name}" is ${JSON.stringify(value)}`, { advice });
  }

  private read<T>(name: string, what: string, good: (value: unknown) => boolean, fallback: T | undefined): T {
    const value = this.has(name) ? this.fields[name] : fallback;
    if (value === undefined)
      throw new CajalError("bad-file", `${this.source} does not say "${name}"`, { advice: `It is ${what}.` });
    if (!good(value))
      throw new CajalError("bad-file", `${this.source}: "${name}" is ${JSON.stringify(value)}, not ${what}`);
    return value as T;
  }
}

function isPositive(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
