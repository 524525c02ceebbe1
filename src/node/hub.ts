/** @file Models of Hugging Face's hub, fetched into the cache: `hub:owner/name`. */

import { join } from "node:path";
import { CajalError, decodeModel, shardFiles } from "../graph/index.ts";
import { externalFiles } from "../probe/index.ts";
import { exists } from "./data-source.ts";
import { download } from "./download.ts";
import { readBytes, writeWhole } from "./files.ts";
import { cacheFolder } from "./folders.ts";
import { type Progress, silent } from "./progress.ts";
import { type Asked, inspect } from "./request.ts";

const scheme = "hub:";

export function isHubAddress(source: string): boolean {
  return source.startsWith(scheme);
}

interface HubAddress {
  readonly owner: string;
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** An ONNX file; none: the folder of a text model. */
  readonly file: string | undefined;
}

/** A part of a path that is nothing but a name: it leads nowhere else. */
const plainName = /^\w[\w.+-]*$/;

function parseHubAddress(source: string): HubAddress {
  const [, owner, name, revision = "main", file] =
    /^([^/@]+)\/([^/@]+)(?:@([^/]+))?(?:\/(.+))?$/.exec(source.slice(scheme.length)) ?? [];
  const parts = [owner ?? "", name ?? "", revision, ...(file?.split("/") ?? [])];
  if (!parts.every((part) => plainName.test(part)) || (file !== undefined && !file.endsWith(".onnx")))
    throw new CajalError("argument", `${source} is no address of a model`, {
      advice: "Write hub:owner/name, hub:owner/name@revision or hub:owner/name/path.onnx.",
    });
  return { owner, name, revision, file };
}

/** Where models are fetched from: HF_ENDPOINT, else Hugging Face; and the token for it: HF_TOKEN. */
function endpoint(): { readonly base: string; readonly token: string | undefined } {
  const base = (process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol))
    throw new CajalError("argument", `HF_ENDPOINT is ${base}, which is no address of a server`, {
      advice: "Write it as https://huggingface.co.",
    });
  const token = process.env.HF_TOKEN?.trim() || undefined;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new CajalError("argument", "HF_TOKEN is no token: it has characters that none has");
  return { base, token };
}

/**
 * The path of a model of the hub: of its folder (config.json, weights, tokenizer.json), or of its ONNX file. What is not in the cache is
 * fetched; what is needs no network. All files are of one commit, that of the revision when it was first asked for.
 * @throws CajalError `argument` for what is no address, `no-data` when the model, or what is needed of it, is not there, `not-permitted` when
 * it needs another token, `network`, `checksum`, `bad-file`, `disk-full`; the signal's reason
 */
export async function obtainFromHub(
  source: string,
  progress: Progress = silent,
  signal?: AbortSignal,
): Promise<string> {
  const address = parseHubAddress(source);
  const { file } = address;
  const files = await HubFiles.at(address, file ?? "config.json", progress, signal);
  if (file !== undefined) {
    await files.need(file);
    const inside = file.split("/").slice(0, -1);
    const proto = decodeModel(await readBytes(files.place(file)), file);
    for (const other of externalFiles(proto)) await files.need([...inside, other].join("/"));
  } else {
    await files.need("config.json");
    await needWeights(files, source);
  }
  // What a text model's tokenizer is read from.
  for (const other of ["config.json", "generation_config.json", "tokenizer.json"]) await files.want(other);
  return file === undefined ? files.folder : files.place(file);
}

async function needWeights(files: HubFiles, source: string): Promise<void> {
  const single = "model.safetensors";
  if (await files.want(single)) return;
  const index = `${single}.index.json`;
  if (!(await files.want(index)))
    throw new CajalError("no-data", `${source} holds no ${single}`, {
      advice: "Take a model that is published so, or an ONNX file of it: hub:owner/name/path.onnx.",
    });
  const list = new TextDecoder().decode(await readBytes(files.place(index)));
  for (const shard of shardFiles(list, `${source}/${index}`)) await files.need(shard);
}

/** The files of one commit of a model, in the cache or still on the hub. */
class HubFiles {
  readonly folder: string;
  private readonly address: HubAddress;
  private readonly commit: string;
  private readonly progress: Progress;
  private readonly signal: AbortSignal | undefined;

  private constructor(address: HubAddress, commit: string, progress: Progress, signal: AbortSignal | undefined) {
    this.address = address;
    this.commit = commit;
    this.progress = progress;
    this.signal = signal;
    // The model's name comes last: it is what the model is called by.
    this.folder = join(cacheFolder(), "hub", "files", address.owner, commit, address.name);
  }

  /** @param first a file that is there for certain, if the model is */
  static async at(address: HubAddress, first: string, progress: Progress, signal?: AbortSignal): Promise<HubFiles> {
    const { owner, name, revision } = address;
    const known = join(cacheFolder(), "hub", "revisions", owner, name, revision);
    if (await exists(known)) {
      const kept = new TextDecoder().decode(await readBytes(known));
      if (plainName.test(kept)) return new HubFiles(address, kept, progress, signal);
    }
    const { commit = revision } = await inspect({ ...request(address, revision, first), signal });
    await writeWhole(known, [commit]);
    return new HubFiles(address, commit, progress, signal);
  }

  /** Where a file lies. @throws CajalError `bad-file` for a path that leads elsewhere */
  place(file: string): string {
    const parts = file.split("/");
    if (!parts.every((part) => plainName.test(part)))
      throw new CajalError("bad-file", `the model asks for a file outside its folder: "${file}"`, {
        advice: "Do not trust it.",
      });
    return join(this.folder, ...parts);
  }

  /** Fetches a file that must be there. */
  async need(file: string): Promise<void> {
    const target = this.place(file);
    if (await exists(target)) return;
    const { progress, signal } = this;
    await download({ ...request(this.address, this.commit, file), target, progress, signal });
  }

  /** Fetches a file that may be there, and tells whether it is. That it is not is remembered, too. */
  async want(file: string): Promise<boolean> {
    const absent = `${this.place(file)}.absent`;
    if (await exists(absent)) return false;
    try {
      await this.need(file);
      return true;
    } catch (error) {
      if (!(error instanceof CajalError) || error.code !== "no-data") throw error;
      await writeWhole(absent, []);
      return false;
    }
  }
}

function request({ owner, name, revision }: HubAddress, commit: string, file: string): Omit<Asked, "signal"> {
  const { base, token } = endpoint();
  const page = `${base}/${owner}/${name}`;
  return {
    url: `${page}/resolve/${encodeURIComponent(commit)}/${file.split("/").map(encodeURIComponent).join("/")}`,
    token,
    refused: (status, cause) => {
      if (status === undefined)
        return new CajalError("network", `${base} cannot be reached`, {
          advice: "Check the connection, or give a folder with the model's config.json, weights and tokenizer.json.",
          cause,
        });
      if (status === 404)
        return new CajalError("no-data", `${owner}/${name} has no ${file} at revision ${revision}`, {
          advice: `Check the name on ${page}. An ONNX file has its path behind it: hub:owner/name/path.onnx.`,
        });
      if (status === 401 || status === 403)
        return new CajalError(
          "not-permitted",
          `${page} answers ${status}: ${token ? "HF_TOKEN does not open it" : "it needs a token"}`,
          {
            advice: `Check the name. If it is private or asks for consent, get access on that page, and set HF_TOKEN to a token of yours.`,
          },
        );
      return new CajalError("network", `${page} answers ${status}`, {
        advice: "Try again later, or give a folder with the model's config.json, weights and tokenizer.json.",
      });
    },
  };
}
