import { configDefaults, defineConfig } from "vitest/config";

const browserTests = "src/**/*.browser.test.ts";

export default defineConfig({
  resolve: { alias: { "#runtime": new URL("./src/graph/runtime/native.ts", import.meta.url).pathname } },
  test: {
    testTimeout: 60_000,
    pool: "forks",
    setupFiles: ["src/graph/testing/property-seed.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["src/**/*.test.ts", "bench/**/*.test.ts", "studio/src/**/*.test.ts"],
          exclude: [...configDefaults.exclude, browserTests],
        },
      },
      {
        extends: true,
        // One file after the other: each starts Chromium or its software driver, which take all cores and their time.
        test: { name: "browser", include: [browserTests], fileParallelism: false, testTimeout: 180_000 },
      },
    ],
  },
});
