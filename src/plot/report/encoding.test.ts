import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64 } from "./base64.ts";
import { escapeHtml, jsonForHtml } from "./escape.ts";
import { sha256Base64 } from "./sha256.ts";

describe("encodeBase64", () => {
  it("agrees with Node.js", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      }),
    );
  });
});

describe("sha256Base64", () => {
  it("agrees with Node.js, also at the borders of blocks", () => {
    const lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000];
    for (const text of [...lengths.map((length) => "a".repeat(length)), "Zähne größer als 😀"]) {
      expect(sha256Base64(text)).toBe(createHash("sha256").update(text).digest("base64"));
    }
  });
});

describe("text from outside", () => {
  it("cannot open a tag, leave an attribute or end a script", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>\"'&!-/sc\0") }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'\0]/);
        expect(jsonForHtml({ text })).not.toContain("<");
        expect(JSON.parse(jsonForHtml({ text }))).toEqual({ text });
      }),
    );
  });

  it("keeps integers whole, rounds fractions, and writes null for what JSON has no number for", () => {
    expect(jsonForHtml([12345678, 0.123456789, Number.NaN, Number.POSITIVE_INFINITY])).toBe(
      "[12345678,0.123457,null,null]",
    );
  });
});
