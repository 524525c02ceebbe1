/**
 * What researchers, engineers and teachers call one thing: words and phrases by what they mean.
 * Other forms of a word need no mention where they have its stem. A word may mean several things.
 */
export const thesaurus: Readonly<Record<string, string>> = {
  // Reading trained networks.
  interpretation:
    "interpret, interpretability, explain, explanation, explainable, explainability, xai, understand, transparent, transparency, black box, look inside, what happens inside, mechanistic, reverse engineer, stand for, stands for",
  description:
    "describe, description, caption, captioning, in words, in a phrase, in a sentence, natural language, verbalise, annotate, annotation, what neurons look for, what it looks for",
  "feature visualization":
    "visualize, visualization, feature visualization, activation maximization, deep dream, deepdream, preferred input, preferred stimulus, preferred image, optimal stimulus, synthetic picture, synthetic image, makes a unit fire, make it fire, makes it fire",
  dictionary:
    "sparse autoencoder, sae, sparse dictionary, sparse dictionaries, dictionary learning, monosemantic, polysemantic, superposition, disentangle, feature direction",
  attention: "attention, attend, transformer head, attention head, heads",
  likeness:
    "similar, similarity, alike, likeness, same representation, same features, same units, compare networks, compare models, correspondence, alignment, align, convergent, convergence, universality, representational similarity, cka, cca, another network, two networks",
  ablation:
    "ablate, ablation, switch off, switched off, switching off, turn off, turned off, silence, lesion, damage, knock out, knockout, remove a neuron, remove neurons, without them, disable, deactivate, intervene, intervention, clamp, held at, steer, steering, causal effect",
  facts:
    "fact, factual, store facts, stores facts, know facts, knows facts, knowledge, relation, world knowledge, knowledge graph, knowledge base, triple, subject predicate object, who is the mother of, capital of",
  "words of neurons":
    "logit lens, vocabulary, unembedding, final projection, output head, words that every neuron, words of neurons, words does a neuron, stands for words, which words",
  basis:
    "basis, bases, change of basis, principal component, pca, svd, singular value, eigenvector, rotation, rotate, whitening, subspace, directions in a layer",
  collapse:
    "neural collapse, collapse, collapsed, simplex, class means, geometry of classes, separable, separability, separation, equiangular",
  modules:
    "module, modular, modularity, brick, expert, mixture of experts, moe, specialise, specialist, specialization, which neurons serve which function, function of neurons, router, routing, gating network, lego, building block, merge models, model merging, divide and conquer",
  "interaction graph":
    "interaction graph, circuit, which direction acts on which, who acts on whom, causal graph, attribution graph, information flow",
  diagram:
    "diagram, draw a network, drawing of a network, schematic, picture of the architecture, plot the architecture, flowchart",
  representation: "representation, represent, embedding, encode, latent, hidden state, internal code",

  // Smaller, faster, less.
  compression:
    "compress, smaller, small model, small network, shrink, fewer parameters, fewer weights, fewer connections, few connections, prune, pruning, sparsity, sparsify, sparse training, sparse network, dynamic sparse, lottery ticket, lightweight, compact, tiny, slim, trim, thin out, model size, too big, too large, cut weights, cut connections, remove weights, remove connections, delete weights, zero weights",
  quantization:
    "quantize, quantization, low precision, mixed precision, fixed point, integer arithmetic, int8, int4, 8 bit, 4 bit, fewer bits, low bit, rounding, dequantize, calibration",
  efficiency:
    "efficient, efficiency, faster, speed up, accelerate, acceleration, slow, latency, throughput, cheap, cheaper, flops, less computation, fewer operations, save computation, skip computation, conditional computation, early exit, on a phone, mobile, edge device, small device, embedded device, microcontroller, real time, budget, deploy",
  regrowth:
    "regrow, regrowing, regrowth, neuroregeneration, regenerate, pruning plasticity, recover from pruning, rewire, rewiring, grow connections, structural plasticity",
  "several sizes":
    "many in one, nested networks, sub network, subnetwork, once for all, slimmable, elastic, any size, every budget",

  // Neurons that fire.
  spiking:
    "spike, spiking, snn, event based, event driven, neuromorphic, integrate and fire, lif, izhikevich, hodgkin huxley, action potential, membrane, pulse",
  energy:
    "energy, power consumption, low power, battery, watt, joule, carbon, neuromorphic, spinnaker, loihi, synaptic operations",
  delay: "delay, lag, conduction, axon, axonal, timing, time difference, arrival time, temporal precision",
  glia: "astrocyte, glia, glial, tripartite synapse",
  "local learning":
    "hebb, hebbian, stdp, local learning, local rule, without backpropagation, no backpropagation, biologically plausible, fire together, wire together, surrogate gradient",
  body: "worm, elegans, swim, crawl, walk, movement, move a body, motor, locomotion, robot, robotics, muscle, controller, embodied, pattern generator, reinforcement learning",

  // Storing and finding again.
  forgetting:
    "forget, forgetting, continual, continual learning, lifelong learning, incremental learning, catastrophic forgetting, catastrophic interference, overwrite, keep learning, task after task, sequence of tasks, new tasks, replay",
  adaptation:
    "adapt, adaptation, concept drift, concept shift, distribution shift, changing world, change over time, homeostasis, homeostatic, online learning, learning rate",
  "finding again":
    "memorise, remember, recall, retrieve, retrieval, associative memory, content addressable, hopfield, attractor, pattern completion, store patterns, stores patterns, stores one pattern, store a pattern, recognise a pattern, episodic, hippocampus, hippocampal, capacity, capacities",
  "one look":
    "one shot, few shot, zero shot, single example, one example, one exposure, one trial, one look, few examples, little data, fast mapping, learn quickly, learn at once",
  dendrite:
    "dendrite, dendritic, synapse, synaptic, segment, biological neuron, real neuron, pyramidal cell, neocortex, htm",
  "sparse code":
    "sparse code, sparse coding, sparse distributed representation, sdr, k winners, winner take all, binary code, few active cells",
  sets: "unordered, order invariant, permutation, sets, pointer network, sort numbers, sorting",
  reasoning:
    "symbolic, neurosymbolic, reasoning, logic, logical, compositional, systematic generalization, generalise, parser, arithmetic, program induction",

  // Recordings of living neurons.
  connectome:
    "connectome, wiring, connectivity, functional connectivity, effective connectivity, brain network, brain graph, act together, fire together, coactivation, synchrony, synchronous, correlated neurons, assembly, cell assembly, ensemble, motif, who talks to whom, neural circuit",
  brain: "brain, cortex, cortical, living neurons, neuroscience, neuroscientist, neurobiology, neurobiological",
  "recorded neurons":
    "calcium, calcium imaging, two photon, neuropixels, electrophysiology, electrode, electrode array, spike sorting, population activity, recordings of neurons, recordings of living neurons, recordings of named neurons, recorded neurons, recorded spikes, activity traces, animals, mouse, mice",
  "brain signals":
    "eeg, meg, ecog, ieeg, seeg, lfp, fmri, bold, voxel, brain scan, brain scanner, brain wave, electroencephalography, neuroimaging",
  "reading minds":
    "mind reading, read minds, read thoughts, thought, brain computer interface, bci, brain decoding, decode speech, decode images, decoding visual experience, what someone sees, what a person sees, what someone hears, reconstruct images",
  microscopy:
    "microscopy, electron microscopy, microscope, segmentation, segment neurons, trace neurons, volume, slices of tissue, tissue",
  groups:
    "cluster, clustering, community, communities, group neurons, groups of neurons, block model, bicluster, biclustering, partition, types of neurons, cell types",
  factorisation:
    "factorise, factorisation, factorize, factorization, tensor decomposition, matrix decomposition, nmf, ntf, parafac, latent factor",

  // Words and grammar.
  grammar:
    "grammar, grammatical, word class, part of speech, noun, verb, adjective, syntax, syntactic, linguistics, linguistic, tagging, treebank, morphology, pos",
  "language model":
    "language model, large language model, llm, gpt, llama, bert, chatgpt, chatbot, next word, next token, text generation, foundation model",
  entities:
    "named entity, entity recognition, ner, drug, medicine, medical text, pharmaceutical, biomedical, find names, name finder",
  diagnosis:
    "diagnose, diagnosis, diagnostic, disease, illness, psychiatric, psychiatry, neuropsychiatric, clinical, patient, mental health, schizophrenia, depression, autism, doctor",
  "like the brain": "brain like, brain alignment, brain score, language network, surprisal, reading time, cognitive",
  speech: "speech, voice, audio, sound, spoken, acoustic, hear, listen, listening, microphone, phoneme",

  // Other kinds of neurons.
  "kinds of functions":
    "activation function, nonlinearity, kolmogorov arnold, kan, spline, chebyshev, wavelet, fourier, polynomial, quadratic neuron, higher order, gated linear unit, glu, relu, kinds of functions, learnable activation, custom neuron",
  formula:
    "formula, equation, symbolic regression, closed form, curve fitting, fit a curve, function fitting, regression, symbol for the curve, as a curve, can be read",
  "without attention":
    "without attention, attention free, mlp mixer, mixer, token mixing, vision backbone, gated linear unit",
  "start of learning":
    "initialise, initialisation, initial weights, rich and lazy, lazy learning, rich learning, feature learning, tangent kernel, ntk, low rank",
  composition:
    "dynamical system, category theory, functor, compose networks, compositional, nested systems, polynomial functor",

  // Reading, comparing, deciding.
  judging:
    "judge, judging, evaluate answers, evaluator, evaluation of answers, review, reviewer, grade, grading, referee, jury, verdict, which answer is better, answers is better, better answer, best answer, preference, fairness, fair, unbiased, llm as a judge, position bias",
  agents: "agent, multi agent, agents discuss, discussion, debate, committee, panel, collaboration, cooperate",
  programming: "write code, code generation, code synthesis, programming, programmer, software, generate programs",
  summary: "summarise, summary, summaries, shorten, condense, gist, highlight, key sentences, tldr",
  translation: "translate, translation, sequence to sequence, seq2seq, encoder decoder, decoder only, source text",
  "pictures and words":
    "image text, text and image, images and sentences, pictures and sentences, multimodal, cross modal, clip, grounding, grounded, image search, search images, find pictures, visual question",
  "long sequences":
    "long context, long sequence, long text, state space, mamba, s4, recurrent, rnn, lstm, gru, linear attention",
};
