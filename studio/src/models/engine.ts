/** The engine of the page, in a worker of its own: one model, of pictures or of text. */

import { expose } from "comlink";
import { type FileFolder, openLlama2c, openTextFolder, textBeside } from "../../../src/data/index.ts";
import { CajalError, decodeModel, importModel } from "../../../src/graph/index.ts";
import { Model, OnnxNetwork, readsText, TextModel } from "../../../src/probe/index.ts";
import { outspoken } from "../outspoken.ts";
import { type OpenPictures, PictureEngine } from "./picture-engine.ts";
import type { ModelFiles } from "./store.ts";
import { type OpenText, TextEngine } from "./text-engine.ts";

export class Engine {
  pictures: PictureEngine | undefined;
  text: TextEngine | undefined;

  /** @param files the model and what belongs to it @throws CajalError when they make none */
  async open(files: ModelFiles, name: string, preprocess?: string): Promise<OpenPictures | OpenText> {
    const model = await openFiles(files, name);
    if (model.reads === "text") {
      this.text = await TextEngine.of(model);
      return this.text.open();
    }
    const [bytes] = Object.values(files);
    this.pictures = await PictureEngine.of(model, bytes, preprocess);
    return this.pictures.open();
  }
}

async function openFiles(files: ModelFiles, name: string): Promise<Model | TextModel> {
  const folder: FileFolder = {
    path: name,
    list: async () => Object.keys(files),
    bytes: async (file) => files[file],
    source: async (file) => ({
      size: files[file].length,
      read: (offset, length) => files[file].subarray(offset, offset + length),
    }),
  };
  const onnx = Object.keys(files).find((file) => /\.onnx$/i.test(file));
  const checkpoint = Object.keys(files).find((file) => /\.bin$/.test(file) && !file.startsWith("tok"));
  if (onnx !== undefined) {
    const proto = decodeModel(files[onnx], name);
    const external = () => {
      throw new CajalError("external-data", `${name} keeps weights in another file`, {
        advice: "Open it from this machine: cajal open model.onnx.",
      });
    };
    const imported = importModel(proto, external, name);
    if (!readsText(imported)) return new Model(proto, { name, external }, imported);
    const { context, causal, ...text } = await textBeside(folder, { name });
    return new TextModel(new OnnxNetwork(proto, { name, external, context, causal }, imported), text);
  }
  return checkpoint === undefined ? openTextFolder(folder, { name }) : openLlama2c(folder, checkpoint, { name });
}

expose(outspoken(new Engine()));
