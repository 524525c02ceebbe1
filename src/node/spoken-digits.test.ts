import { expect, it } from "vitest";
import { loadSpokenDigits } from "../data/index.ts";
import { dataSource } from "./data-source.ts";
import { mirrored } from "./testing/mirror.ts";

it.skipIf(mirrored("spoken-digits") === undefined)("the spoken digits are what their page says", async () => {
  const test = await loadSpokenDigits(dataSource(), "test");
  expect(test.length).toBe(300);
  expect(new Set(test.map(({ speaker }) => speaker)).size).toBe(6);
  expect(test.every(({ take, digit, sound }) => take < 5 && digit < 10 && sound.rate === 8000)).toBe(true);
  const train = await loadSpokenDigits(dataSource(), "train");
  expect(train.length).toBe(2700);
  expect(train.every(({ take }) => take >= 5 && take < 50)).toBe(true);
});
