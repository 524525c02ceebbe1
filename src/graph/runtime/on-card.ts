/** @file Results of ONNX Runtime that stay on the graphics card. */

import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { DeviceTensor, type Held } from "../device-tensor.ts";
import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { oneOpModel } from "./one-op.ts";
import { fromOrt, type OrtModule, type Queue, runtimeError } from "./ort.ts";

/** A result on the card. */
class OnCard implements Held {
  readonly ort: OrtModule;
  readonly queue: Queue;
  readonly tensor: OrtTensor;

  constructor(ort: OrtModule, queue: Queue, tensor: OrtTensor) {
    this.ort = ort;
    this.queue = queue;
    this.tensor = tensor;
  }

  /** By a model that gives what it is given: the native binding ends the process when a tensor is asked for its data. */
  async read(): Promise<Tensor> {
    try {
      const session = await this.queue(() => givesBack(this.ort, this.tensor.type as DType));
      const { y } = await this.queue(() => session.run({ x: this.tensor }));
      return fromOrt(y);
    } catch (error) {
      throw runtimeError("does not give back what is on the card", error);
    }
  }

  free(): void {
    this.tensor.dispose();
  }
}

const sessions = new WeakMap<OrtModule, Map<DType, Promise<InferenceSession>>>();

/** One session per dtype, for the life of the process or page. */
function givesBack(ort: OrtModule, dtype: DType): Promise<InferenceSession> {
  const ofModule = sessions.get(ort) ?? new Map<DType, Promise<InferenceSession>>();
  sessions.set(ort, ofModule);
  const known = ofModule.get(dtype);
  if (known !== undefined) return known;
  const opening = ort.InferenceSession.create(oneOpModel("Identity", ["x"], dtype), { executionProviders: ["webgpu"] });
  ofModule.set(dtype, opening);
  opening.catch(() => ofModule.delete(dtype));
  return opening;
}

export function deviceTensor(ort: OrtModule, queue: Queue, tensor: OrtTensor): DeviceTensor {
  const type = { dtype: tensor.type as DType, shape: tensor.dims };
  return new DeviceTensor(type, new OnCard(ort, queue, tensor));
}

/** What is on the card already, if it is. */
export function cardTensor(tensor: Tensor): OrtTensor | undefined {
  if (!(tensor instanceof DeviceTensor)) return undefined;
  const { held } = tensor;
  return held instanceof OnCard ? held.tensor : undefined;
}
