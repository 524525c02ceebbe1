import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { readZip } from "./zip.ts";

it("entries for folders are passed over; their names are checked like those of files", () => {
  const bytes = zipSync({ texts: { "a.txt": strToU8("one"), deeper: { "b.txt": strToU8("two") } } });
  const members = readZip(bytes, 1000, "texts.zip");
  expect(members.map(({ name }) => name)).toEqual(["texts/a.txt", "texts/deeper/b.txt"]);
  expect(new TextDecoder().decode(members[1].read())).toBe("two");

  const escaping = zipSync({ "../": new Uint8Array(0), "a.txt": strToU8("one") });
  expect(() => readZip(escaping, 1000, "texts.zip")).toThrow('the unsafe name "../"');
  const notEmpty = zipSync({ "texts/": strToU8("a folder with content") });
  expect(() => readZip(notEmpty, 1000, "texts.zip")).toThrow('the unsafe name "texts/"');
});
