"""Small tokenizers as the makers of GPT-2, Llama 2 and Llama 3 build theirs, and what Hugging Face's Rust library makes of texts.

    pip install tokenizers && python3 src/data/tokenizers/testing/reference.py

writes <name>.tokenizer.json and <name>.reference.json beside this file.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent

CORPUS = [
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park.",
    "The quick brown fox jumps over the lazy dog; it doesn't care, it's only 12 years old!",
    "Größe, naïve café, über alles. Ω ≈ 3.14159 and 日本語 text.",
    "    def f(x):\n        return x ** 2\n\n",
] * 3

TEXTS = [
    "Once upon a time",
    " there was a fox",
    "it's over, isn't it?",
    "Größe 日本 🙂!",
    "  two spaces\n\tand a tab\n\n",
    "12345 years",
    "",
    "a",
]

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def gpt2():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    split = pre_tokenizers.Split(Regex(LLAMA3), behavior="isolated", invert=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken("<|begin_of_text|>", special=True), AddedToken("<|end_of_text|>", special=True)])
    begin = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=True),
            processors.TemplateProcessing(single=f"{begin[0]} $A", pair=f"{begin[0]} $A {begin[0]} $B:1", special_tokens=[begin]),
        ]
    )
    return tokenizer


def llama2(metaspace):
    """@param metaspace: whether the space before a text comes from a pre-tokenizer, as in newer files, or a normalizer"""
    base = Tokenizer(models.BPE())
    base.normalizer = normalizers.Replace(" ", "▁")
    base.pre_tokenizer = pre_tokenizers.Split(Regex(r"(?=▁)"), behavior="isolated")
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=360, special_tokens=special, show_progress=False)
    base.train_from_iterator([line for line in CORPUS if line.isascii()], trainer)
    learned = json.loads(base.to_str())["model"]
    merges = [tuple(merge) for merge in learned["merges"]]
    tokenizer = Tokenizer(models.BPE(learned["vocab"], merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in ("<unk>", "<s>", "</s>")])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 1)])
    return tokenizer


def main():
    built = {"gpt2": gpt2(), "llama2": llama2(False), "llama2-metaspace": llama2(True), "llama3": llama3()}
    for name, tokenizer in built.items():
        tokenizer.save(str(HERE / f"{name}.tokenizer.json"), pretty=False)
        encoded = [tokenizer.encode(text).ids for text in TEXTS]
        reference = [{"text": text, "tokens": ids, "decoded": tokenizer.decode(ids)} for text, ids in zip(TEXTS, encoded)]
        (HERE / f"{name}.reference.json").write_text(json.dumps(reference, ensure_ascii=False) + "\n")
        print(name, tokenizer.get_vocab_size(), [len(ids) for ids in encoded])


main()
