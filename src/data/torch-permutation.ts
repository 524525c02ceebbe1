/** @file PyTorch's random permutation on a processor: what a published split is made of can then be made again. */

const [size, shift] = [624, 397];

/** Words of the Mersenne twister MT19937 (M. Matsumoto, T. Nishimura, 1998), as its authors seed it. */
function* mersenneTwister(seed: number): Generator<number, never> {
  const state = new Uint32Array(size);
  state[0] = seed;
  for (let i = 1; i < size; i++) {
    const before = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(before, 1812433253) + i;
  }
  for (;;) {
    for (let i = 0; i < size; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % size] & 0x7fffffff);
      state[i] = state[(i + shift) % size] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    for (const word of state) {
      let y = word;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      yield (y ^ (y >>> 18)) >>> 0;
    }
  }
}

/** `torch.randperm(count)` of a generator with this seed, for counts below 2³²/20. */
export function torchPermutation(seed: number, count: number): Int32Array {
  const words = mersenneTwister(seed >>> 0);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i + 1 < count; i++) {
    const other = i + (words.next().value % (count - i));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
