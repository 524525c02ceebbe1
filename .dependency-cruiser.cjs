// The house rule: imports only go down. A floor may import the floors before it in this list, never those after it.
const floors = ["graph", "nn", "probe", "data", "plot", "methods", "node", "cli"];

const down = floors.slice(0, -1).map((floor, i) => ({
  name: `${floor}-imports-only-down`,
  severity: "error",
  // Tests run in Node.js, and may take data from it.
  from: { path: `^src/${floor}/`, pathNot: "\\.test\\.ts$" },
  to: { path: `^src/(${floors.slice(i + 1).join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...down,
    {
      name: "browser-code-imports-no-node-modules",
      severity: "error",
      comment: "Only src/node, src/cli, bench and tests may use Node.js itself.",
      from: { path: "^src/", pathNot: "^src/(node|cli)/|\\.test\\.ts$|/testing/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "\\.d\\.ts$|^bench/|\\.test\\.ts$" },
      to: {},
    },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^#" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
