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

interface Rule {
  readonly group: EmojiGroup;
  readonly category: string;
  /** Words of which a name has one; none: any name. */
  readonly words?: string;
  /** Words that it must not have. */
  readonly without?: string;
}

/** The first that fits counts. */
const rules: readonly Rule[] = [
  { group: "flags", category: "flags" },
  { group: "hearts", category: "symbols", words: "heart hearts" },
  { group: "clocks", category: "symbols", words: "clock" },
  {
    group: "balls",
    category: "activity",
    words: "ball soccer basketball baseball volleyball football billiards tennis",
    without: "person",
  },
  {
    group: "hands",
    category: "people",
    words: "hand hands fist finger fingers thumbs victory handshake horns palms call",
    without: "face person woman women man men",
  },
  { group: "faces", category: "people", words: "face smirking grinning", without: "palm massage robot" },
  {
    group: "people",
    category: "people",
    words:
      "man woman boy girl person baby officer worker guardsman princess prince bride family couple dancer detective santa",
    without: "clothes boots boot sandal shoe hat print",
  },
  { group: "food", category: "food", without: "bottle glass glasses mug mugs fork spoon beverage teacup sake" },
  {
    group: "vehicles",
    category: "travel",
    words:
      "car train bus trolleybus minibus ambulance engine taxi automobile vehicle truck lorry tractor bicycle scooter " +
      "motorcycle locomotive tram monorail airplane helicopter ship ferry boat motorboat speedboat sailboat canoe rocket metro rail",
    without: "stop light",
  },
  {
    group: "buildings",
    category: "travel",
    words:
      "building buildings house office hospital bank hotel store school factory castle church mosque synagogue stadium tower",
  },
  {
    group: "plants",
    category: "nature",
    words:
      "flower rose blossom tulip tree cactus herb shamrock clover leaf hibiscus sunflower bouquet seedling mushroom rice",
    without: "christmas",
  },
  {
    group: "animals",
    category: "nature",
    words:
      "monkey gorilla dog poodle wolf fox cat lion tiger leopard horse deer unicorn cow ox buffalo pig boar ram sheep goat camel " +
      "elephant rhinoceros mouse rat hamster rabbit chipmunk bat bear koala panda turkey chicken rooster chick bird penguin eagle " +
      "duck owl frog crocodile turtle lizard snake dragon whale dolphin fish blowfish shark octopus crab shrimp squid butterfly " +
      "snail bug ant honeybee beetle spider scorpion",
    without: "web prints nose",
  },
];

function fitsRule({ name, category }: Emoji, rule: Rule): boolean {
  const words = name.split(/[^a-z]+/);
  const hasOneOf = (list: string) => list.split(" ").some((word) => words.includes(word));
  if (rule.category !== category) return false;
  return (rule.words === undefined || hasOneOf(rule.words)) && !(rule.without !== undefined && hasOneOf(rule.without));
}

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
  owl: "owl",
  duck: "duck",
  crab: "crab",
  honeybee: "bee",
  "spouting whale": "whale",
  koala: "koala",
  rose: "rose",
  sunflower: "sunflower",
  tulip: "tulip",
  "palm tree": "palm",
  cactus: "cactus",
  mushroom: "mushroom",
  hibiscus: "hibiscus",
  shamrock: "shamrock",
  "deciduous tree": "oak",
  "evergreen tree": "fir",
  "red apple": "apple",
  banana: "banana",
  grapes: "grapes",
  strawberry: "strawberry",
  watermelon: "watermelon",
  lemon: "lemon",
  carrot: "carrot",
  pineapple: "pineapple",
  pear: "pear",
  tomato: "tomato",
  avocado: "avocado",
  aubergine: "aubergine",
  popcorn: "popcorn",
  "soft ice cream": "icecream",
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
  taxi: "taxi",
  ambulance: "ambulance",
  tractor: "tractor",
  ship: "ship",
  tram: "tram",
  "house building": "house",
  church: "church",
  hospital: "hospital",
  "european castle": "castle",
  stadium: "stadium",
  factory: "factory",
  hotel: "hotel",
  "soccer ball": "football",
  basketball: "basketball",
  baseball: "baseball",
  volleyball: "volleyball",
};

/** Pictures of a kind, people and hands in all colours of skin, without those that offend. */
export function knownEmoji(all: readonly Emoji[]): KnownEmoji[] {
  return all.flatMap((emoji): KnownEmoji[] => {
    if (/middle finger/.test(emoji.name)) return [];
    const rule = rules.find((candidate) => fitsRule(emoji, candidate));
    if (rule === undefined) return [];
    const name = Object.hasOwn(names, emoji.name) ? names[emoji.name] : undefined;
    return [{ emoji, group: rule.group, ...(name !== undefined && { name }) }];
  });
}

/** All names, each with its kind. */
export function namedEmoji(known: readonly KnownEmoji[]): ReadonlyMap<string, EmojiGroup> {
  return new Map(known.flatMap(({ name, group }) => (name === undefined ? [] : [[name, group] as const])));
}
