"""Tiny random decoders in the layouts of their published files, with the logits that PyTorch computes in float64.

    python3 src/probe/architectures/testing/reference.py

writes a folder per case beside this file: config.json, model.safetensors, reference.safetensors (tokens, logits). Needs PyTorch alone
(Debian: python3-torch). Written from the equations of the papers; no code is shared with what is tested.
"""

import json
import math
import struct
import zlib
from pathlib import Path

import torch

HERE = Path(__file__).parent
VOCABULARY, WIDTH, STEPS = 20, 8, 9


# --- the file format: a header in JSON, then bytes ---------------------------------------------------------------------------------

NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int64: "I64"}


def write(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        tensor = tensor.contiguous()
        raw = tensor.view(torch.int16) if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
        data = raw.numpy().tobytes()
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


# --- weights -----------------------------------------------------------------------------------------------------------------------


class Weights:
    """Random numbers by name, rounded to the type in which the file keeps them."""

    def __init__(self, seed, dtype):
        self.random = torch.Generator().manual_seed(seed)
        self.dtype = dtype
        self.tensors = {}

    def __call__(self, name, *shape, mean=0.0, std=0.4):
        if name not in self.tensors:
            drawn = mean + std * torch.randn(shape, generator=self.random)
            self.tensors[name] = drawn.to(self.dtype)
        return self.tensors[name].double()

    def linear(self, name, x, outputs, bias):
        y = x @ self(f"{name}.weight", outputs, x.shape[-1]).T
        return y + self(f"{name}.bias", outputs, std=0.2) if bias else y

    def conv1d(self, name, x, outputs):
        return x @ self(f"{name}.weight", x.shape[-1], outputs) + self(f"{name}.bias", outputs, std=0.2)

    def layer_norm(self, name, x, epsilon):
        centred = x - x.mean(-1, keepdim=True)
        scale, shift = self(f"{name}.weight", x.shape[-1], mean=1, std=0.2), self(f"{name}.bias", x.shape[-1], std=0.2)
        return centred / (centred.square().mean(-1, keepdim=True) + epsilon).sqrt() * scale + shift

    def rms_norm(self, name, x, epsilon, offset):
        scale = offset + self(f"{name}.weight", x.shape[-1], mean=1 - offset, std=0.2)
        return x / (x.square().mean(-1, keepdim=True) + epsilon).sqrt() * scale


# --- the parts of the equations ----------------------------------------------------------------------------------------------------


def silu(x):
    return x / (1 + torch.exp(-x))


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def cap(x, most):
    return x if most is None else most * torch.tanh(x / most)


def frequencies(width, base, scaling=None, longer=False):
    """Radians per step of each pair (Su et al. 2021), slowed down as linear, as Llama 3.1, as YaRN or as LongRoPE does."""
    result = []
    for pair in range(width // 2):
        speed = base ** (-2 * pair / width)
        if scaling is not None:
            kind, factor = scaling.get("rope_type") or scaling["type"], scaling.get("factor")
            if kind == "linear":
                speed /= factor
            elif kind == "longrope":
                speed /= scaling["long_factor" if longer else "short_factor"][pair]
            elif kind == "yarn":
                # Dimensions at which a pair turns so often within the original context; below the first all is kept, above the last nothing.
                fast, slow = (
                    width * math.log(scaling["original_max_position_embeddings"] / (turns * 2 * math.pi)) / (2 * math.log(base))
                    for turns in (scaling.get("beta_fast", 32), scaling.get("beta_slow", 1))
                )
                if scaling.get("truncate", True):
                    fast, slow = math.floor(fast), math.ceil(slow)
                fast, slow = max(fast, 0), min(slow, width - 1)
                lost = min(1, max(0, (pair - fast) / (slow - fast)))
                speed = speed * (1 - lost) + speed / factor * lost
            else:
                length = 2 * math.pi / speed
                context = scaling["original_max_position_embeddings"]
                low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
                if length > context / low:
                    speed /= factor
                elif length >= context / high:
                    smooth = (context / length - low) / (high - low)
                    speed = (1 - smooth) * speed / factor + smooth * speed
        result.append(speed)
    return torch.tensor(result, dtype=torch.float64)


def turn(x, speeds, length=1.0):
    """x [heads, steps, width]: element i and element i + n are one pair, as complex numbers, times one of that length; what is beyond 2n stays."""
    n = len(speeds)
    angles = torch.arange(x.shape[1], dtype=torch.float64)[:, None] * speeds
    pairs = torch.complex(x[..., :n], x[..., n : 2 * n]) * torch.polar(torch.full_like(angles, length), angles)
    return torch.cat([pairs.real, pairs.imag, x[..., 2 * n :]], -1)


def attend(q, k, v, scale, window=None, most=None):
    """q [heads, steps, width], k and v of fewer heads, one for several queries' heads each → [steps, heads · width]."""
    share = q.shape[0] // k.shape[0]
    k, v = k.repeat_interleave(share, 0), v.repeat_interleave(share, 0)
    scores = cap(q @ k.transpose(1, 2) * scale, most)
    steps = q.shape[1]
    behind = torch.arange(steps)[:, None] - torch.arange(steps)
    seen = (behind >= 0) & (behind < (window or steps))
    mixed = torch.softmax(scores.masked_fill(~seen, -math.inf), -1) @ v
    return mixed.transpose(0, 1).reshape(steps, -1)


def split(x, heads):
    return x.reshape(x.shape[0], heads, -1).transpose(0, 1)


# --- the architectures -------------------------------------------------------------------------------------------------------------


def gpt2(w, c, tokens):
    heads, prefix = c["n_head"], c.pop("prefix", "")
    positions = torch.arange(len(tokens))
    embedding = w(f"{prefix}wte.weight", VOCABULARY, WIDTH)
    x = embedding[tokens] + w(f"{prefix}wpe.weight", c["n_positions"], WIDTH)[positions]
    for i in range(c["n_layer"]):
        at = f"{prefix}h.{i}"
        h = w.layer_norm(f"{at}.ln_1", x, c["layer_norm_epsilon"])
        q, k, v = (split(part, heads) for part in w.conv1d(f"{at}.attn.c_attn", h, 3 * WIDTH).chunk(3, -1))
        x = x + w.conv1d(f"{at}.attn.c_proj", attend(q, k, v, (WIDTH / heads) ** -0.5), WIDTH)
        h = w.layer_norm(f"{at}.ln_2", x, c["layer_norm_epsilon"])
        x = x + w.conv1d(f"{at}.mlp.c_proj", gelu_tanh(w.conv1d(f"{at}.mlp.c_fc", h, 4 * WIDTH)), WIDTH)
    return w.layer_norm(f"{prefix}ln_f", x, c["layer_norm_epsilon"]) @ embedding.T


def llama(w, c, tokens, *, qkv_bias=False, o_bias=False, mlp_bias=False, qk_norm=False, after=False, offset=0.0, scale=None,
          activation=silu, rope=None, window=None, embedding_scale=1.0, score_cap=None, logit_cap=None, stacked=False, temperature=1.0):
    """The whole family. rope, window: functions of the block's number. temperature: √ of what scores are multiplied by, of what is turned."""
    heads, shared = c["num_attention_heads"], c["num_key_value_heads"]
    size, hidden, epsilon = c.get("head_dim", WIDTH // heads), c["intermediate_size"], c["rms_norm_eps"]
    embedding = w("model.embed_tokens.weight", VOCABULARY, WIDTH)
    x = embedding[tokens] * embedding_scale
    norm = lambda name, h: w.rms_norm(name, h, epsilon, offset)
    for i in range(c["num_hidden_layers"]):
        at = f"model.layers.{i}"
        h = norm(f"{at}.input_layernorm", x)
        if stacked:
            parts = w.linear(f"{at}.self_attn.qkv_proj", h, (heads + 2 * shared) * size, False)
            q, k, v = (split(p, p.shape[-1] // size) for p in parts.split([heads * size, shared * size, shared * size], -1))
        else:
            q = split(w.linear(f"{at}.self_attn.q_proj", h, heads * size, qkv_bias), heads)
            k = split(w.linear(f"{at}.self_attn.k_proj", h, shared * size, qkv_bias), shared)
            v = split(w.linear(f"{at}.self_attn.v_proj", h, shared * size, qkv_bias), shared)
        if qk_norm:
            q, k = norm(f"{at}.self_attn.q_norm", q), norm(f"{at}.self_attn.k_norm", k)
        speeds = rope(i) if rope else frequencies(size, c.get("rope_theta", 10000.0), c.get("rope_scaling"))
        mixed = attend(turn(q, speeds, temperature), turn(k, speeds, temperature), v, scale or size**-0.5, window and window(i), score_cap)
        y = w.linear(f"{at}.self_attn.o_proj", mixed, WIDTH, o_bias)
        x = x + (norm(f"{at}.post_attention_layernorm", y) if after else y)
        h = norm(f"{at}.pre_feedforward_layernorm" if after else f"{at}.post_attention_layernorm", x)
        if stacked:
            gate, up = w.linear(f"{at}.mlp.gate_up_proj", h, 2 * hidden, False).chunk(2, -1)
        else:
            gate, up = (w.linear(f"{at}.mlp.{name}_proj", h, hidden, mlp_bias) for name in ("gate", "up"))
        y = w.linear(f"{at}.mlp.down_proj", activation(gate) * up, WIDTH, mlp_bias)
        x = x + (norm(f"{at}.post_feedforward_layernorm", y) if after else y)
    h = norm("model.norm", x)
    head = embedding if c["tie_word_embeddings"] else w("lm_head.weight", VOCABULARY, WIDTH)
    return cap(h @ head.T, logit_cap)


def gpt_neox(w, c, tokens, *, share):
    heads, hidden, epsilon = c["num_attention_heads"], c["intermediate_size"], c["layer_norm_eps"]
    size = WIDTH // heads
    x = w("gpt_neox.embed_in.weight", VOCABULARY, WIDTH)[tokens]
    speeds = frequencies(int(size * share), 10000.0)
    for i in range(c["num_hidden_layers"]):
        at = f"gpt_neox.layers.{i}"
        h = w.layer_norm(f"{at}.input_layernorm", x, epsilon)
        q, k, v = split(w.linear(f"{at}.attention.query_key_value", h, 3 * WIDTH, True), heads).chunk(3, -1)
        y = w.linear(f"{at}.attention.dense", attend(turn(q, speeds), turn(k, speeds), v, size**-0.5), WIDTH, True)
        stream = x if c["use_parallel_residual"] else x + y
        h = w.layer_norm(f"{at}.post_attention_layernorm", stream, epsilon)
        x = x + y + w.linear(f"{at}.mlp.dense_4h_to_h", gelu(w.linear(f"{at}.mlp.dense_h_to_4h", h, hidden, True)), WIDTH, True)
    return w.layer_norm("gpt_neox.final_layer_norm", x, epsilon) @ w("embed_out.weight", VOCABULARY, WIDTH).T


# --- the cases ---------------------------------------------------------------------------------------------------------------------

common = dict(vocab_size=VOCABULARY, hidden_size=WIDTH, num_hidden_layers=2, intermediate_size=12, max_position_embeddings=32)
shared = dict(**common, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5)
gemmas = dict(**common, num_attention_heads=2, num_key_value_heads=1, head_dim=6, rms_norm_eps=1e-6, tie_word_embeddings=True)
llama3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
yarn = dict(rope_type="yarn", factor=4.0, beta_fast=2.0, beta_slow=0.25, original_max_position_embeddings=16)
old_yarn = dict(type="yarn", factor=8.0, beta_fast=2.0, beta_slow=0.25, mscale=1.0, mscale_all_dim=0.5, truncate=False,
                original_max_position_embeddings=16)
long_rope = dict(type="longrope", short_factor=[1.0, 1.25, 1.5], long_factor=[1.5, 4.0, 7.0])
phi3 = dict(**{**shared, "num_attention_heads": 2, "num_key_value_heads": 1}, head_dim=8, partial_rotary_factor=0.75,
            rope_scaling=long_rope, tie_word_embeddings=False)
gemma_options = dict(offset=1.0, activation=gelu_tanh, embedding_scale=math.sqrt(WIDTH))
gpt2_config = dict(vocab_size=VOCABULARY, n_embd=WIDTH, n_layer=2, n_head=2, n_positions=12, layer_norm_epsilon=1e-5)

CASES = {
    "gpt2": (torch.float32, dict(model_type="gpt2", **gpt2_config, activation_function="gelu_new"), gpt2, {}),
    "gpt2-prefixed": (torch.float16, dict(model_type="gpt2", **gpt2_config, prefix="transformer."), gpt2, {}),
    "llama": (
        torch.bfloat16,
        dict(model_type="llama", **shared, rope_theta=500.0, rope_scaling=llama3, tie_word_embeddings=False),
        llama, {},
    ),
    "llama-biased": (
        torch.float16,
        dict(model_type="llama", **shared, rope_scaling=dict(rope_type="linear", factor=2.0), tie_word_embeddings=True,
             attention_bias=True, mlp_bias=True),
        llama, dict(qkv_bias=True, o_bias=True, mlp_bias=True),
    ),
    "llama-yarn": (
        torch.bfloat16,
        dict(model_type="llama", **shared, head_dim=12, rope_theta=100.0, rope_scaling=yarn, tie_word_embeddings=False),
        llama, dict(temperature=0.1 * math.log(4) + 1),
    ),
    "mistral": (
        torch.bfloat16,
        dict(model_type="mistral", **shared, sliding_window=3, head_dim=4, tie_word_embeddings=False),
        llama, dict(window=lambda i: 3),
    ),
    "qwen2": (
        torch.bfloat16,
        dict(model_type="qwen2", **shared, use_sliding_window=True, sliding_window=4, max_window_layers=1, tie_word_embeddings=True),
        llama, dict(qkv_bias=True, window=lambda i: 4 if i >= 1 else None),
    ),
    "qwen3": (
        torch.bfloat16,
        dict(model_type="qwen3", **shared, head_dim=6, rope_theta=1e6, tie_word_embeddings=False),
        llama, dict(qk_norm=True),
    ),
    "qwen3-yarn": (
        torch.bfloat16,
        dict(model_type="qwen3", **shared, head_dim=12, rope_theta=50.0, rope_scaling=old_yarn, tie_word_embeddings=False),
        llama, dict(qk_norm=True, temperature=(0.1 * math.log(8) + 1) / (0.05 * math.log(8) + 1)),
    ),
    "phi3": (
        torch.bfloat16,
        dict(model_type="phi3", **phi3, original_max_position_embeddings=16, sliding_window=4),
        llama,
        dict(stacked=True, window=lambda i: 4, temperature=math.sqrt(1 + math.log(2) / math.log(16)),
             rope=lambda i: frequencies(6, 10000.0, long_rope)),
    ),
    "phi3-longer": (
        torch.float16,
        dict(model_type="phi3", **phi3, original_max_position_embeddings=8),
        llama,
        dict(stacked=True, temperature=math.sqrt(1 + math.log(4) / math.log(8)),
             rope=lambda i: frequencies(6, 10000.0, long_rope, longer=True)),
    ),
    "gemma": (torch.bfloat16, dict(model_type="gemma", **gemmas, hidden_act="gelu"), llama, gemma_options),
    "gemma2": (
        torch.bfloat16,
        dict(model_type="gemma2", **gemmas, hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=9, sliding_window=3,
             attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
        llama,
        dict(**gemma_options, after=True, scale=1 / 3, score_cap=2.0, logit_cap=3.0, window=lambda i: 3 if i % 2 == 0 else None),
    ),
    "gemma3": (
        torch.bfloat16,
        dict(model_type="gemma3_text", **{**gemmas, "num_hidden_layers": 3}, query_pre_attn_scalar=4, sliding_window=3,
             sliding_window_pattern=3, rope_theta=1e5, rope_local_base_freq=100.0, rope_scaling=dict(rope_type="linear", factor=8.0)),
        llama,
        dict(**gemma_options, after=True, qk_norm=True, scale=1 / 2, window=lambda i: 3 if i < 2 else None,
             rope=lambda i: frequencies(6, 100.0) if i < 2 else frequencies(6, 1e5, dict(rope_type="linear", factor=8.0))),
    ),
    "gpt-neox": (
        torch.float16,
        dict(model_type="gpt_neox", **common, num_attention_heads=2, rotary_pct=0.5, layer_norm_eps=1e-5, use_parallel_residual=True),
        gpt_neox, dict(share=0.5),
    ),
    "gpt-neox-sequential": (
        torch.float16,
        dict(model_type="gpt_neox", **common, num_attention_heads=2, layer_norm_eps=1e-5, use_parallel_residual=False,
             rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=1.0)),
        gpt_neox, dict(share=1.0),
    ),
}


def main():
    for name, (dtype, config, forward, options) in CASES.items():
        seed = zlib.crc32(name.encode())
        weights = Weights(seed, dtype)
        tokens = torch.randint(VOCABULARY, (2, STEPS), generator=torch.Generator().manual_seed(seed + 1))
        logits = torch.stack([forward(weights, dict(config), text, **options) for text in tokens])
        config.pop("prefix", None)
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        write(folder / "model.safetensors", weights.tensors)
        write(folder / "reference.safetensors", {"tokens": tokens, "logits": logits.float()})
        print(f"{name:20} {sum(t.numel() for t in weights.tensors.values()):6} parameters, logits to ±{logits.abs().max():.2f}")


main()
