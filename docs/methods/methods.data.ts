/** The list of methods, for the page that shows all. */

import { pages } from "./pages.ts";

export default {
  load: async () =>
    (await pages()).map(({ slug, family, title, result }) => ({
      slug,
      family,
      title,
      bars: result ? `${result.bars.filter(({ met }) => met).length} of ${result.bars.length}` : "–",
    })),
};
