/** @file The options of a method as flags of the command, from the same schema that makes the studio's form. */

import { type Command, Option } from "commander";
import { type Method, type MethodOption, optionsOf } from "../methods/index.ts";

/** Adds a flag per option; the values come back by `readFlags`. */
export function addFlags(command: Command, method: Method): void {
  for (const { name, ...property } of optionsOf(method)) {
    const flag = kebab(name);
    const described = [property.description, defaultWords(property.default)].filter(Boolean).join("; ");
    if (property.type === "boolean") {
      command.addOption(new Option(property.default === true ? `--no-${flag}` : `--${flag}`, described));
      continue;
    }
    const option = new Option(`--${flag} <${placeholder(property)}>`, described);
    command.addOption(property.enum ? option.choices(property.enum.map(String)) : option);
  }
}

/** Flags that were given, as values of the options; the method's schema checks them. */
export function readFlags(method: Method, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { name, ...property } of optionsOf(method)) {
    const value = values[camel(kebab(name))];
    // A flag "--no-x" says true where it is not given, which would undo what --quick sets.
    if (value === undefined || (value === true && property.default === true)) continue;
    given[name] = typeof value === "string" ? readValue(value, property) : value;
  }
  return given;
}

/** For lists of options. */
export function describeFlags(method: Pick<Method, "options">): { flag: string; value: string; about: string }[] {
  return optionsOf(method).map(({ name, default: value, description = "" }) => ({
    flag: value === true ? `no-${kebab(name)}` : kebab(name),
    value: Array.isArray(value) ? value.join(",") : String(value),
    about: description,
  }));
}

/** A number where the text is one: the schema says what is wrong with the rest. */
function readValue(text: string, { type }: Pick<MethodOption, "type">): unknown {
  const number = (word: string) => (word.trim() !== "" && Number.isFinite(Number(word)) ? Number(word) : word);
  if (type === "array") return text === "" ? [] : text.split(",").map(number);
  return type === "string" ? text : number(text);
}

function placeholder({ type }: Pick<MethodOption, "type">): string {
  return type === "array" ? "a,b,…" : type === "string" ? "text" : "n";
}

function defaultWords(value: unknown): string {
  if (value === undefined || typeof value === "boolean" || value === "") return "";
  return `default ${Array.isArray(value) ? value.join(",") : String(value)}`;
}

/** maxDelay → max-delay */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** How commander calls it. */
function camel(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
