import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it.each(["graph", "nn", "probe", "data", "plot"])(
  "cajal/%s is bundled for browsers, without Node.js",
  async (floor) => {
    const { metafile } = await build({
      entryPoints: [file(`../../${floor}/index.ts`)],
      alias: { "#runtime": file("./web.ts") },
      outdir: "nowhere",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    // Whatever needs Node.js would fail to resolve; this is for what is left to be imported by the page.
    const imports = Object.values(metafile.outputs).flatMap((output) =>
      output.imports.filter(({ external }) => external),
    );
    expect(imports).toEqual([]);
    expect(Object.keys(metafile.inputs).filter((path) => /onnxruntime-node/.test(path))).toEqual([]);
  },
);
