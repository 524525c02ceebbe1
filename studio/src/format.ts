/** Times and names as people read them; numbers are written as in reports. */

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const moment = (iso: string) => clock.format(new Date(iso));

/** learningRate → learning rate */
export const spaced = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** 1.2 MB */
export const bytes = (count: number) =>
  new Intl.NumberFormat("en", {
    style: "unit",
    maximumSignificantDigits: 3,
    ...(count < 1e6 ? { unit: "kilobyte" } : { unit: "megabyte" }),
  }).format(count < 1e6 ? count / 1e3 : count / 1e6);

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
/** 12.3M */
export const amount = (count: number) => compact.format(count);

/** The end of a name says most: …ure/block3/relu */
export const shortName = (name: string, most: number) => (name.length <= most ? name : `…${name.slice(1 - most)}`);

/** The parts of layer:unit. */
export function splitAddress(address: string): { layer: string; unit: number } {
  const at = address.lastIndexOf(":");
  return { layer: address.slice(0, at), unit: Number(address.slice(at + 1)) };
}

const runColours = ["--accent", "--run-2", "--run-3", "--run-4", "--run-5", "--run-6"];
/** Of the runs that are compared, in their order. */
export const runColour = (place: number) => `var(${runColours[place % runColours.length]})`;
