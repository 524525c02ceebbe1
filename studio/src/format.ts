/** Times and names as people read them; numbers are written as in reports. */

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const moment = (iso: string) => clock.format(new Date(iso));

/** learningRate → learning rate */
export const spaced = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
