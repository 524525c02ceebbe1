/** @file Records of restaurants and sentences that say what is in them: the set "e2e-nlg". */

import { csvParse } from "d3-dsv";
import { CajalError } from "../graph/index.ts";
import { type DataSource, unpacked } from "./source.ts";

export interface DescribedRestaurant {
  /** "name[Alimentum], area[city centre], familyFriendly[no]" */
  readonly record: string;
  readonly sentence: string;
}

const files = { dev: "devset.csv.gz", test: "testset_w_refs.csv.gz" } as const;

/** 4,672 pairs of the development set, or 4,693 of the test set. @throws CajalError `bad-file`, or as the source */
export async function loadRestaurants(source: DataSource, part: keyof typeof files): Promise<DescribedRestaurant[]> {
  const rows = csvParse(new TextDecoder().decode(await unpacked(source, "e2e-nlg", files[part])));
  return rows.map(({ mr, ref }) => {
    if (mr === undefined || ref === undefined)
      throw new CajalError("bad-file", `e2e-nlg/${files[part]} has no columns "mr" and "ref"`);
    return { record: mr, sentence: ref };
  });
}
