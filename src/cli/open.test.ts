import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const network = fileURLToPath(new URL("../../assets/scene-network.onnx", import.meta.url));

it("cajal open says where the studio shows the model, and serves it until it is ended", async () => {
  const cajal = spawn(process.execPath, [command, "open", network, "--port", "0", "--json"]);
  const [line] = (await once(cajal.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(line.toString());
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/models\/scene-network\.onnx$/);
  const [first] = await (await fetch(new URL("/api/models", url))).json();
  expect(first).toMatchObject({ id: "scene-network.onnx", files: ["scene-network.onnx"] });
  const file = await fetch(new URL("/api/models/scene-network.onnx/files/scene-network.onnx", url));
  expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
  cajal.kill("SIGINT");
  expect((await once(cajal, "exit"))[0]).toBe(0);
});

it("cajal open says what is wrong with a file before it serves anything", async () => {
  const cajal = spawn(process.execPath, [command, "open", command, "--port", "0"]);
  const said: Buffer[] = [];
  cajal.stderr.on("data", (chunk) => said.push(chunk));
  expect((await once(cajal, "close"))[0]).toBe(1);
  expect(Buffer.concat(said).toString()).toMatch(/^cajal: .*main\.js/);
});
