import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CajalError } from "../../graph/error.ts";
import type { NeuronReport } from "../neuron-report.ts";
import type { Catalogue } from "./catalogue.ts";
import { unpackDrawings } from "./client/unpack.ts";
import { renderNeuronReport } from "./render.ts";
import { hostileReport } from "./testing/hostile.ts";
import { syntheticReport, tinyPictures } from "./testing/synthetic.ts";

const whole = (report: NeuronReport): string => [...renderNeuronReport(report)].join("");
const between = (html: string, start: string, end: string): string => {
  const from = html.indexOf(start) + start.length;
  return html.slice(from, html.indexOf(end, from));
};
const blockOf = (html: string, id: string): Uint8Array =>
  Uint8Array.from(Buffer.from(between(html, `<script type="text/plain" id="${id}">`, "</script>"), "base64"));

describe("renderNeuronReport", () => {
  const report = syntheticReport();
  const html = whole(report);

  it("holds every picture once and every neuron's drawing, as given", () => {
    report.pictures.forEach(({ encoded }, index) => {
      expect(html.split(`id="p${index}"`)).toHaveLength(2);
      expect(blockOf(html, `p${index}`)).toEqual(encoded);
    });
    report.layers.forEach(({ neurons }, layer) => {
      const drawings = [0, 1].flatMap((block) => unpackDrawings(blockOf(html, `n${layer}-${block}`)));
      expect(drawings.map(({ exemplars }) => exemplars.map(({ picture }) => picture))).toEqual(
        neurons.map(({ exemplars }) => exemplars.map(({ picture }) => picture)),
      );
      expect(drawings.map(({ histogram }) => histogram.counts)).toEqual(
        neurons.map(({ histogram }) => histogram.counts),
      );
    });
  });

  it("holds the light part as JSON", () => {
    const json = between(html, `<script type="application/json" id="catalogue">`, "</script>");
    const catalogue: Catalogue = JSON.parse(json);
    expect(catalogue.layers.map(({ neurons }) => neurons.length)).toEqual([40, 40, 40]);
    expect(json).not.toContain("exemplars");
  });

  it("lets its own script and style run, no other, and fetches nothing", () => {
    const policy = between(html, `http-equiv="Content-Security-Policy" content="`, `"`);
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    const script = between(html, "<script>", "</script>");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${hash(script)}'`);
    expect(policy).toContain(`style-src 'sha256-${hash(between(html, "<style>", "</style>"))}'`);
    expect(script).not.toMatch(/<\/|<!--|__vi_|\bimport\b|\brequire\(|innerHTML|\bfetch\(|XMLHttpRequest/);
    expect(html.replaceAll(/xmlns='[^']+'/g, "").match(/https?:\/\/[^"'\s]+/g)).toEqual(["http://www.w3.org/2000/svg"]);
    expect(html).not.toMatch(/\s(src|style|on\w+)=/);
  });

  it("writes hostile names as text", () => {
    const page = whole(hostileReport());
    expect(page).not.toMatch(/<img|<iframe|<svg onload/);
    expect(page).toContain("&lt;img src=x");
    expect(page.match(/<script[ >]/g)).toHaveLength(page.match(/<\/script>/g)?.length ?? 0);
  });

  it("says why there are no words, and what to do", () => {
    const silent = whole(syntheticReport({ concepts: 0 }));
    expect(silent).toContain("one folder per label");
    expect(silent).not.toContain(`value="explained"`);
    expect(html).not.toContain("<b>No words:</b>");
  });

  it("streams 10,000 neurons in pieces of a few megabytes at most", () => {
    const large = syntheticReport({ layers: 20, unitsPerLayer: 500, exemplars: 3, pictures: tinyPictures(500) });
    let [pieces, longest] = [0, 0];
    for (const piece of renderNeuronReport(large)) {
      pieces++;
      longest = Math.max(longest, piece.length);
    }
    expect(pieces).toBeGreaterThan(800);
    expect(longest).toBeLessThan(6e6); // the catalogue: some 400 characters a neuron
  });

  it("refuses exemplars that point nowhere and maps of the wrong size", () => {
    const [first, ...others] = report.layers;
    const live = first?.neurons.find(({ exemplars }) => exemplars.length > 0);
    const exemplar = live?.exemplars[0];
    if (!first || !live || !exemplar?.map) throw new Error("the synthetic report has no exemplar");
    const wrong = (change: Partial<typeof exemplar>): NeuronReport => ({
      ...report,
      layers: [{ ...first, neurons: [{ ...live, exemplars: [{ ...exemplar, ...change }] }] }, ...others],
    });
    expect(() => whole(wrong({ picture: 99 }))).toThrow(CajalError);
    expect(() => whole(wrong({ map: { ...exemplar.map, rows: 3 } as typeof exemplar.map }))).toThrow(
      /81 values for 3 × 9/,
    );
  });

  it("makes a page of a report without layers", () => {
    expect(whole({ ...report, layers: [] })).toContain("</html>");
  });
});
