/** @file Models and their parts that Cajal knows by name. */

import type { DataEntry } from "../data-entry.ts";
import { publishedAblations } from "../published-ablation-files.ts";
import { officialFolder } from "./official-folder.ts";

const inPublished = <T>(files: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(files).map(([name, value]) => [`published/${name}`, value]));

export const models: Readonly<Record<string, DataEntry>> = {
  "modular-addition-lib": {
    kind: "files",
    title:
      "Two transformers that add modulo 113, and what their authors found by ablating the first in the local interaction basis",
    licence: "MIT",
    citation: "L. Bushnaq et al.: The local interaction basis (2024)",
    homepage: "https://github.com/ApolloResearch/rib",
    files: {
      "seed0.safetensors": "f149d07d0a8147c5e6e4d3caa04c17dfea52fb37c21654fc41504f393f7c6988",
      "seed1.safetensors": "3f809e8af61f6683e283689e0a963d4a494857c416e49c81ed1258d703fcba7a",
      ...inPublished(publishedAblations),
    },
    official: inPublished(
      officialFolder(
        "https://raw.githubusercontent.com/ApolloResearch/rib/7a6199f7020e1f2d30c1b53e045ebc43a00fd7d8/rib_scripts/rib_build/sample_configs_modadd/out",
        publishedAblations,
      ),
    ),
  },
  "squeezenet1.1": {
    kind: "models",
    preprocess: "caffe",
    title: "SqueezeNet 1.1, pretrained on ImageNet",
    licence: "BSD 2-Clause",
    citation:
      "F. N. Iandola et al.: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size (2016)",
    homepage: "https://github.com/forresti/SqueezeNet/tree/master/SqueezeNet_v1.1",
    files: { "squeezenet1.1.onnx": "8e513341bb30c0a38ac65e71c1a97b052bd3d4203f87e5801b2a055bec9e868e" },
  },
  "resnet-cifar10": {
    kind: "models",
    preprocess: "imagenet",
    title: "ResNet-20 and ResNet-56, trained on CIFAR-10",
    licence: "BSD 2-Clause",
    citation: "K. He et al.: Deep residual learning for image recognition (2016); weights by Y. Idelbayev",
    homepage: "https://github.com/akamaster/pytorch_resnet_cifar10",
    files: {
      "resnet20.onnx": "eed3ede4ad377a0507220cf80b42474cfaba999b347cad85eb89f7b48d299e6c",
      "resnet56.onnx": "92151547f7d1ef601760e7692303d51c30e9b3bdad09af25a4047b17d8852545",
    },
  },
  "built-in-captioner": {
    kind: "files",
    shipped: true,
    title: "The captioner that puts neurons into words: SqueezeNet up to fire9, a decoder and a language model",
    licence: "MIT (words), BSD 2-Clause (SqueezeNet)",
    citation: "F. N. Iandola et al.: SqueezeNet (2016), arXiv:1602.07360",
    homepage: "https://github.com/forresti/SqueezeNet",
    files: {
      "captioner-encoder.onnx": "71c7ca969b21e764d3817c13149937d3fa5d57cfcd54faa242fb62189ef5215f",
      "captioner.safetensors": "05cb562843aaeaf8d86f901e27e7c2ac4014723a4a9285c14adda13e260cae0f",
    },
  },
  stories260K: {
    kind: "text models",
    title: "stories260K: a Llama of 260,000 parameters, trained on TinyStories",
    licence: "MIT",
    citation: "A. Karpathy: llama2.c (2023); R. Eldan, Y. Li: TinyStories (2023)",
    homepage: "https://huggingface.co/karpathy/tinyllamas",
    files: {
      "stories260K.bin": "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
      "tok512.bin": "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
    },
    official: {
      "stories260K.bin": {
        url: "https://raw.githubusercontent.com/DaveBben/esp32-llm/934dab4d242d259abd88678488ea3b62d4fca601/data/stories260K.bin",
        sha256: "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
      },
      "tok512.bin": {
        url: "https://raw.githubusercontent.com/DaveBben/esp32-llm/934dab4d242d259abd88678488ea3b62d4fca601/data/tok512.bin",
        sha256: "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
      },
    },
  },
};
