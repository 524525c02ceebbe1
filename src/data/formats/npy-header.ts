/**
 * @file The header of an NPY file: a Python dict literal, read by a grammar of its own and never evaluated.
 *
 * The format (numpy.lib.format, versions 1.0 to 3.0): "\x93NUMPY", two bytes of version, the header's length (2 bytes in version 1, else 4,
 * little endian), `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` padded with spaces and a line end, then the elements.
 */

import { CajalError, type Shape } from "../../graph/index.ts";

/** NumPy refuses longer headers too. Those of plain arrays are short. */
const headerLimit = 10_000;

/** As many axes as a NumPy array can have. */
export const rankLimit = 64;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export interface NpyHeader {
  /** NumPy's name of the element type, as in "<f4". */
  readonly descr: string;
  /** The first axis varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements start, in bytes. */
  readonly dataStart: number;
}

/** @throws CajalError `bad-file` (damaged, another format), `dtype` (structured arrays) */
export function parseNpyHeader(bytes: Uint8Array, source: string): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) throw badNpy(source, "is not an NPY file");
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0)
    throw badNpy(source, `has version ${major}.${minor}; 1.0 to 3.0 are known`);
  const textStart = major === 1 ? 10 : 12;
  if (bytes.length < textStart) throw badNpy(source, "ends inside its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, textStart);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > headerLimit) throw badNpy(source, `has a header of ${length} bytes; ${headerLimit} is the limit`);
  const dataStart = textStart + length;
  if (dataStart > bytes.length) throw badNpy(source, "ends inside its header");
  const text = String.fromCharCode(...bytes.subarray(textStart, dataStart));

  const { descr, fortran_order, shape, ...rest } = new DictLiteral(text, source).read();
  if (typeof descr !== "string" || typeof fortran_order !== "boolean" || !Array.isArray(shape)) {
    throw badNpy(source, "has a header without descr, fortran_order and shape");
  }
  if (Object.keys(rest).length > 0) throw badNpy(source, `has a header with "${Object.keys(rest)[0]}"`);
  if (shape.length > rankLimit) throw badNpy(source, `has ${shape.length} axes; ${rankLimit} is the limit`);
  return { descr, fortranOrder: fortran_order, shape, dataStart };
}

/** A header of version 1.0 for elements in row-major order, with its padding: 64 bytes or a multiple. */
export function npyHeader(descr: string, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set([...magic, 1, 0, (length - 10) & 0xff, (length - 10) >> 8]);
  header.set(new TextEncoder().encode(text), 10);
  header[length - 1] = 0x0a;
  return header;
}

type Literal = string | boolean | readonly number[];

/** Reads `{'key': value, …}` with values 'text', True, False and (1, 2): what the header of a plain array consists of. */
class DictLiteral {
  private at = 0;
  private readonly text: string;
  private readonly source: string;

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
  }

  read(): Record<string, Literal> {
    const members = new Map<string, Literal>();
    this.expect("{");
    while (!this.take("}")) {
      const key = this.string();
      if (members.has(key)) throw this.bad(`"${key}" twice`);
      this.expect(":");
      members.set(key, this.value());
      if (!this.take(",")) {
        this.expect("}");
        break;
      }
    }
    this.skipSpace();
    if (this.at < this.text.length) throw this.bad("something behind the dict");
    return Object.fromEntries(members);
  }

  private value(): Literal {
    if (this.word("True")) return true;
    if (this.word("False")) return false;
    if (this.take("(")) return this.sizes();
    if (this.take("[")) {
      throw new CajalError("dtype", `${this.source} is a structured array (several fields in each element)`, {
        advice:
          'Save its fields as arrays of their own: np.savez("fields.npz", **{name: a[name] for name in a.dtype.names}).',
      });
    }
    return this.string();
  }

  private sizes(): number[] {
    const sizes: number[] = [];
    while (!this.take(")")) {
      this.skipSpace();
      // Python 2 wrote long integers with an L.
      const digits = /^(\d{1,16})L?/.exec(this.text.slice(this.at, this.at + 20));
      if (digits === null) throw this.bad("a shape that is not a tuple of sizes");
      this.at += digits[0].length;
      sizes.push(Number(digits[1]));
      if (!this.take(",")) {
        this.expect(")");
        break;
      }
    }
    return sizes;
  }

  private string(): string {
    this.skipSpace();
    const quote = this.text[this.at];
    const end = quote === "'" || quote === '"' ? this.text.indexOf(quote, this.at + 1) : -1;
    const content = this.text.slice(this.at + 1, end);
    if (end < 0 || content.includes("\\")) throw this.bad("no string where one belongs");
    this.at = end + 1;
    return content;
  }

  private word(word: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private take(char: string): boolean {
    return this.word(char);
  }

  private expect(char: string): void {
    if (!this.take(char)) throw this.bad(`no "${char}" where one belongs`);
  }

  private skipSpace(): void {
    while (/[ \n\t\r]/.test(this.text[this.at] ?? "")) this.at++;
  }

  private bad(what: string): CajalError {
    return badNpy(this.source, `has ${what} in its header (character ${this.at})`);
  }
}

/** @param what continues "weights.npy …" */
export function badNpy(source: string, what: string): CajalError {
  return new CajalError("bad-file", `${source} ${what}`, {
    advice: "The file is truncated, damaged or another format; np.save writes a good one.",
  });
}
