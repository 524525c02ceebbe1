import { packTar } from "modern-tar";
import { expect, it } from "vitest";
import { readTar } from "./tar.ts";

const body = new TextEncoder().encode("hello");
const file = (name: string) => ({ header: { name, size: body.length, type: "file" as const }, body });

it("files of an archive come in order; folders are left out", async () => {
  const folder = { header: { name: "a/", size: 0, type: "directory" as const } };
  const long = `${"x".repeat(120)}.txt`;
  const files = await readTar(await packTar([folder, file("a/b.txt"), file(long)]));
  expect([...files.keys()]).toEqual(["a/b.txt", long]);
  expect(files.get("a/b.txt")).toEqual(body);
});

it("what is damaged, cut off, unsafe or no archive is refused", async () => {
  const bytes = await packTar([file("a.txt")]);
  for (const length of [0, 300, 512, 515])
    await expect(readTar(bytes.slice(0, length), "x.tar")).rejects.toThrow(/^x\.tar /);
  const hurt = bytes.slice();
  hurt[3] ^= 1;
  await expect(readTar(hurt)).rejects.toThrow("damaged");
  for (const name of ["../a.txt", "/etc/passwd", "a/../../b"])
    await expect(readTar(await packTar([file(name)])), name).rejects.toThrow(/unsafe|damaged/);
  await expect(readTar(new Uint8Array(2048).fill(65))).rejects.toThrow("no tar archive");
});
