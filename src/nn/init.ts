/** @file Initialisers of layers, under the layers' names: `init.linear(rng, 784, 10)` makes what `linear(p, x)` applies. */

export { initAttention as attention } from "./attention/attention.ts";
export { initAttentionCache as attentionCache } from "./attention/cache.ts";
export { initBatchNorm as batchNorm } from "./layers/batch-norm.ts";
export { initConv as conv, initConvTranspose as convTranspose } from "./layers/conv.ts";
export { initEmbedding as embedding } from "./layers/embedding.ts";
export { initLinear as linear } from "./layers/linear.ts";
export { initGatedMlp as gatedMlp, initMlp as mlp } from "./layers/mlp.ts";
export { initGroupNorm as groupNorm, initLayerNorm as layerNorm, initRmsNorm as rmsNorm } from "./layers/norm.ts";
export { initGru as gru, initGruState as gruState } from "./recurrent/gru.ts";
export { initLstm as lstm, initLstmState as lstmState } from "./recurrent/lstm.ts";
export { initRnn as rnn, initRnnState as rnnState } from "./recurrent/rnn.ts";
export { initMamba as mamba, initMambaState as mambaState } from "./state-space/mamba.ts";
export { initS4d as s4d, initS4dState as s4dState } from "./state-space/s4d.ts";
export { initBlock as block } from "./transformer/block.ts";
export { initGpt as gpt, initGptCache as gptCache } from "./transformer/gpt.ts";
