/** @file Recorded activity as a Parquet file: one row per picture, layer and unit. */

import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, FLOAT, INTEGER, SMALLINT } from "@duckdb/node-api";
import { CajalError } from "../graph/index.ts";
import { gridOf, type ImageInput, type LayerBatch } from "../probe/index.ts";
import { fileError } from "./files.ts";

/** Rows of one chunk handed to DuckDB: its vector size. */
const chunkRows = 2048;

/** Rows that DuckDB gathers before it writes them: a group is in memory as a whole. */
const rowGroup = 16_384;

type Appender = Awaited<ReturnType<DuckDBConnection["createAppender"]>>;

/**
 * Gathers rows in a database beside the target, so that memory stays flat, and writes the Parquet file at the end.
 * Columns: picture, layer, unit, maximum, mean, y, x (the cell of the maximum in the layer's grid).
 */
export class ActivityFile {
  private readonly path: string;
  private readonly scratch: string;
  private readonly connection: DuckDBConnection;
  private readonly instance: DuckDBInstance;
  private readonly appender: Appender;
  private readonly layers = new Map<string, number>();
  private readonly input: ImageInput;
  /** One chunk for all rows: chunks are freed only when JavaScript collects garbage. */
  private readonly chunk = newChunk();
  private filled = 0;

  private constructor(
    path: string,
    scratch: string,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    appender: Appender,
    input: ImageInput,
  ) {
    this.path = path;
    this.scratch = scratch;
    this.instance = instance;
    this.connection = connection;
    this.appender = appender;
    this.input = input;
  }

  static async create(path: string, input: ImageInput): Promise<ActivityFile> {
    const target = resolve(path);
    const scratch = `${target}.${randomBytes(4).toString("hex")}.part`;
    try {
      await mkdir(dirname(target), { recursive: true });
      // DuckDB reports a folder that cannot be written less clearly than the file system does.
      await (await open(scratch, "wx")).close();
      await rm(scratch);
      const instance = await DuckDBInstance.create(`${scratch}.db`, { memory_limit: "24MB", threads: "1" });
      const connection = await instance.connect();
      await connection.run(
        "CREATE TABLE activity(picture INTEGER, layer SMALLINT, unit INTEGER, maximum FLOAT, mean FLOAT, cell INTEGER)",
      );
      return new ActivityFile(
        target,
        scratch,
        instance,
        connection,
        await connection.createAppender("activity"),
        input,
      );
    } catch (error) {
      throw storageError(error, path);
    }
  }

  add(indices: readonly number[], batch: readonly LayerBatch[]): void {
    try {
      for (const { layer, maxima, means, argmaxima } of batch) {
        const number = this.layers.get(layer.name) ?? this.layers.size;
        this.layers.set(layer.name, number);
        for (const [i, picture] of indices.entries()) {
          for (let unit = 0, at = i * layer.units; unit < layer.units; unit++, at++) {
            this.row(picture, number, unit, maxima[at], means[at], argmaxima[at]);
          }
        }
      }
    } catch (error) {
      throw storageError(error, this.path);
    }
  }

  private row(...values: [number, number, number, number, number, number]): void {
    for (let column = 0; column < values.length; column++)
      this.chunk.vectors[column].setItem(this.filled, values[column]);
    if (++this.filled === chunkRows) this.flush();
  }

  private flush(): void {
    if (this.filled === 0) return;
    const { data, vectors } = this.chunk;
    for (const vector of vectors) vector.flush();
    data.rowCount = this.filled;
    this.appender.appendDataChunk(data);
    this.filled = 0;
  }

  /** Writes the Parquet file, whole or not at all. */
  async finish(
    layers: readonly LayerBatch["layer"][],
    nameOf: (index: number) => string,
    pictures: number,
  ): Promise<void> {
    try {
      this.flush();
      this.appender.closeSync();
      const { height, width } = this.input;
      await this.connection.run("CREATE TABLE layer(id SMALLINT, name VARCHAR, columns INTEGER)");
      for (const layer of layers) {
        const id = this.layers.get(layer.name);
        if (id !== undefined)
          await this.connection.run("INSERT INTO layer VALUES ($1, $2, $3)", [
            id,
            layer.name,
            gridOf(layer, height, width).columns,
          ]);
      }
      await this.connection.run("CREATE TABLE picture(id INTEGER, name VARCHAR)");
      const names = await this.connection.createAppender("picture");
      for (let i = 0; i < pictures; i++) {
        names.appendInteger(i);
        names.appendVarchar(nameOf(i));
        names.endRow();
      }
      names.closeSync();
      await this.connection.run(
        `COPY (SELECT p.name AS picture, l.name AS layer, unit, maximum, mean, cell // columns AS y, cell % columns AS x
               FROM activity a JOIN layer l ON a.layer = l.id JOIN picture p ON a.picture = p.id)
         TO '${this.scratch.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup})`,
      );
      await this.close();
      await rename(this.scratch, this.path);
    } catch (error) {
      throw storageError(error, this.path);
    }
  }

  /** Leaves nothing but a finished file behind. */
  async close(): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    for (const suffix of [".db", ".db.wal"]) await rm(this.scratch + suffix, { force: true });
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.scratch, { force: true });
    await rm(`${this.scratch}.db.tmp`, { force: true, recursive: true });
  }
}

function newChunk() {
  const data = DuckDBDataChunk.create([INTEGER, SMALLINT, INTEGER, FLOAT, FLOAT, INTEGER], chunkRows);
  const vectors = Array.from(
    { length: 6 },
    (_, i) => data.getColumnVector(i) as unknown as { setItem(at: number, value: number): void; flush(): void },
  );
  return { data, vectors };
}

function storageError(error: unknown, path: string): unknown {
  const message = (error as Error)?.message ?? "";
  if (/no space left|disk is full|out of disk|could not write/i.test(message)) {
    return new CajalError("disk-full", `${path} could not be written: the disk is full`, {
      advice: "Free some space, or choose another folder.",
      cause: error,
    });
  }
  return fileError(error, path);
}
