/** The part of an English word that its forms share: prune, prunes, pruning → prun. */

/** Endings that are taken off once there is no plural's s; the longer first. */
const endings =
  /(?:i[sz]ation|ation|ability|ibility|i[sz]ing|ating|ingly|ment|ness|able|ible|ator|i[sz]ed|ated|i[sz]e|ate|ion|ing|ity|ive|ed|ly)$/;

/** @param word in lower case; what is left of it has a vowel and at least three letters */
export function stemOf(word: string): string {
  const singular = word.length < 4 ? word : word.replace(/ies$/, "y").replace(/(?<![sui])s$/, "");
  const stem = singular.replace(endings, "");
  return plain(stem.length >= 3 && /[aeiouy]/.test(stem) ? stem : singular);
}

/** Without a doubled consonant or a silent e at its end. */
const plain = (stem: string) => (stem.length > 3 ? stem.replace(/([bdgmnprt])\1$/, "$1").replace(/e$/, "") : stem);
