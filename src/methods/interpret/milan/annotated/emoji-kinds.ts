/** @file Which emoji pictures are used, and what people would call them: kinds such as animals, and names such as dog. */

import type { Emoji } from "../../../../data/index.ts";

/** A picture with its kind, and a name where it has one of its own that many would give. */
export interface KnownEmoji {
  readonly emoji: Emoji;
  readonly group: EmojiGroup;
  readonly name?: string;
}

export type EmojiGroup =
  | "faces"
  | "people"
  | "hands"
  | "animals"
  | "plants"
  | "food"
  | "vehicles"
  | "buildings"
  | "flags"
  | "hearts"
  | "clocks"
  | "balls";

/** In the order in which they are tried: a category (any, when empty) and what the name must contain. */
const rules: readonly { readonly group: EmojiGroup; readonly category: string; readonly pattern: RegExp }[] = [
  { group: "flags", category: "flags", pattern: /./ },
  { group: "hearts", category: "symbols", pattern: /\bhearts?\b/ },
  { group: "clocks", category: "symbols", pattern: /^clock face/ },
  {
    group: "balls",
    category: "activity",
    pattern: /\b(ball|soccer|basketball|baseball|volleyball|football|billiards|tennis)\b/,
  },
  {
    group: "hands",
    category: "people",
    pattern:
      /^(?!.*(face|person|woman|man|men)).*\b(hands?|fist|fingers?|thumbs|victory|handshake|horns|palms|nail polish|call me)\b/,
  },
  { group: "faces", category: "people", pattern: /\b(face|smirking|grinning)\b(?!.*\b(palm|massage|robot)\b)/ },
  {
    group: "people",
    category: "people",
    pattern:
      /^(?!.*(clothes|boot|sandal|shoe|hat|print)).*\b(man|woman|boy|girl|person|baby|officer|worker|guardsman|princess|prince|bride|family|couple|dancer|detective|santa)\b/,
  },
  { group: "food", category: "food", pattern: /^(?!.*(bottle|glass|mug|fork|spoon|beverage|teacup|glasses|sake)).*/ },
  {
    group: "vehicles",
    category: "travel",
    pattern:
      /\b(car|train|bus|trolleybus|minibus|ambulance|engine|taxi|automobile|vehicle|truck|lorry|tractor|bicycle|scooter|motorcycle|locomotive|tram|monorail|airplane|helicopter|ship|ferry|boat|motorboat|speedboat|sailboat|canoe|rocket|metro|rail)\b(?!.*(stop|light))/,
  },
  {
    group: "buildings",
    category: "travel",
    pattern:
      /\b(building|buildings|house|office|hospital|bank|hotel|store|school|factory|castle|church|mosque|synagogue|stadium|tower)\b/,
  },
  {
    group: "plants",
    category: "nature",
    pattern:
      /\b(flower|rose|blossom|tulip|tree|cactus|herb|shamrock|clover|leaf|hibiscus|sunflower|bouquet|seedling|mushroom|rice)\b(?!.*christmas)/,
  },
  {
    group: "animals",
    category: "nature",
    pattern:
      /\b(monkey|gorilla|dog|poodle|wolf|fox|cat|lion|tiger|leopard|horse|deer|unicorn|cow|ox|buffalo|pig|boar|ram|sheep|goat|camel|elephant|rhinoceros|mouse|rat|hamster|rabbit|chipmunk|bat|bear|koala|panda|turkey|chicken|rooster|chick|bird|penguin|eagle|duck|owl|frog|crocodile|turtle|lizard|snake|dragon|whale|dolphin|fish|blowfish|shark|octopus|crab|shrimp|squid|butterfly|snail|bug|ant|honeybee|beetle|spider|scorpion)\b(?!.*(web|prints))/,
  },
];

/** Names that stand for one picture each, by EmojiOne's name of it. */
const names: Readonly<Record<string, string>> = {
  "dog face": "dog",
  "cat face": "cat",
  "lion face": "lion",
  "tiger face": "tiger",
  "horse face": "horse",
  "cow face": "cow",
  "pig face": "pig",
  "mouse face": "mouse",
  "rabbit face": "rabbit",
  "bear face": "bear",
  "panda face": "panda",
  "frog face": "frog",
  "monkey face": "monkey",
  chicken: "chicken",
  penguin: "penguin",
  bird: "bird",
  fish: "fish",
  octopus: "octopus",
  butterfly: "butterfly",
  snail: "snail",
  elephant: "elephant",
  snake: "snake",
  turtle: "turtle",
  rose: "rose",
  sunflower: "sunflower",
  tulip: "tulip",
  "palm tree": "palm",
  cactus: "cactus",
  mushroom: "mushroom",
  "red apple": "apple",
  banana: "banana",
  grapes: "grapes",
  strawberry: "strawberry",
  watermelon: "watermelon",
  lemon: "lemon",
  carrot: "carrot",
  hamburger: "hamburger",
  "slice of pizza": "pizza",
  doughnut: "doughnut",
  cookie: "cookie",
  "birthday cake": "cake",
  bread: "bread",
  automobile: "car",
  bus: "bus",
  bicycle: "bicycle",
  airplane: "airplane",
  helicopter: "helicopter",
  rocket: "rocket",
  sailboat: "sailboat",
  "steam locomotive": "locomotive",
  "house building": "house",
  church: "church",
  hospital: "hospital",
  "european castle": "castle",
  "soccer ball": "football",
  basketball: "basketball",
  "heavy black heart": "heart",
};

/** Pictures of a kind, without those that repeat a person in another skin, or that offend. */
export function knownEmoji(all: readonly Emoji[]): KnownEmoji[] {
  return all.flatMap((emoji): KnownEmoji[] => {
    if (/\btone\d|middle finger/.test(emoji.name)) return [];
    const rule = rules.find(({ category, pattern }) => category === emoji.category && pattern.test(emoji.name));
    if (rule === undefined) return [];
    const name = Object.hasOwn(names, emoji.name) ? names[emoji.name] : undefined;
    return [{ emoji, group: rule.group, ...(name !== undefined && { name }) }];
  });
}

/** All names, each with its kind. */
export function namedEmoji(known: readonly KnownEmoji[]): ReadonlyMap<string, EmojiGroup> {
  return new Map(known.flatMap(({ name, group }) => (name === undefined ? [] : [[name, group] as const])));
}
