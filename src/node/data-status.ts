/** @file Which data sets are here, whole and intact. */

import { findData, registry } from "../data/index.ts";
import { CajalError } from "../graph/index.ts";
import { exists, locate, obtain, officialPlace, placesOf } from "./data-source.ts";
import type { Progress } from "./progress.ts";

/** All sets of the registry, and how many of their files are here (not checked). */
export async function dataSets() {
  return Promise.all(
    Object.entries(registry).map(async ([name, { kind, title, licence, homepage, files, official }]) => {
      const found = await Promise.all(
        Object.keys(files).map(async (path) => {
          const places = placesOf(name, path);
          if (official?.[path]) places.push(officialPlace(name, official[path]));
          const there = await Promise.all(places.map(exists));
          return there.some((yes) => yes);
        }),
      );
      return { name, kind, title, licence, homepage, files: found.length, here: found.filter((yes) => yes).length };
    }),
  );
}

/** Makes sure that a set is here. @throws CajalError as `obtain` */
export async function getData(name: string, { progress, signal }: { progress: Progress; signal?: AbortSignal }) {
  const { title, licence, homepage, files } = findData(name);
  const paths = Object.keys(files);
  const places: string[] = [];
  for (const [done, path] of paths.entries()) {
    progress.update(`checking ${name}`, done, paths.length, "files");
    places.push((await obtain(name, path, progress, signal)).place);
  }
  progress.update(`checking ${name}`, paths.length, paths.length, "files");
  return { title, licence, homepage, files: places };
}

export interface Verified {
  readonly name: string;
  readonly intact: number;
  readonly absent: number;
  /** What is wrong with each damaged file. */
  readonly damaged: readonly string[];
}

/** Checks what is here of the sets, or of all. @throws CajalError `no-data` for an unknown name */
export async function verifyData(names: readonly string[], progress: Progress): Promise<Verified[]> {
  const checked: Verified[] = [];
  for (const name of names.length > 0 ? names : Object.keys(registry)) {
    const paths = Object.keys(findData(name).files);
    let [intact, absent] = [0, 0];
    const damaged: string[] = [];
    for (const [done, path] of paths.entries()) {
      try {
        if (await locate(name, path)) intact++;
        else absent++;
      } catch (error) {
        if (!(error instanceof CajalError && error.code === "checksum")) throw error;
        damaged.push(error.message);
      }
      progress.update(`checking ${name}`, done + 1, paths.length, "files");
    }
    checked.push({ name, intact, absent, damaged });
  }
  return checked;
}
