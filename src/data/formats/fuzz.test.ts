import { describe, it } from "vitest";
import { expectNoFindings } from "../../graph/testing/fuzz/expect-no-findings.ts";
import { npyTarget } from "../testing/fuzz/npy.ts";
import { npzTarget } from "../testing/fuzz/npz.ts";

describe("damaged files are refused with a reason, or read", () => {
  it("NPY", () => expectNoFindings(npyTarget, 3000));
  it("NPZ", () => expectNoFindings(npzTarget, 3000));
});
