import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "#runtime": new URL("./src/graph/runtime/native.ts", import.meta.url).pathname } },
  test: {
    include: ["src/**/*.test.ts", "bench/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
  },
});
