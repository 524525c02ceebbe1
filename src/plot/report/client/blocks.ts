/** @file The inert blocks of base64 at the end of the page, also while the file is still loading. No outside references. */

/** Gives the bytes of a block, or an error when the file ends without it. */
export type Blocks = (id: string) => Promise<Uint8Array<ArrayBuffer>>;

export function createBlocks(): Blocks {
  const waiting = new Map<string, { resolve: (element: Element) => void; reject: (error: Error) => void }[]>();
  const loaded = () => document.readyState !== "loading";
  // While the parser works, the last block may be there in part: only one that something follows is whole.
  const find = (id: string): Element | undefined => {
    const block = document.getElementById(id);
    return block && (loaded() || block.nextElementSibling) ? block : undefined;
  };
  const look = () => {
    for (const [id, requests] of waiting) {
      const block = find(id);
      if (!block && !loaded()) continue;
      waiting.delete(id);
      for (const { resolve, reject } of requests) {
        if (block) resolve(block);
        else reject(new Error(`The file ends before block ${id}: was it copied whole?`));
      }
    }
    if (waiting.size > 0) setTimeout(look, 60);
  };

  return async (id) => {
    const block =
      find(id) ??
      (await new Promise<Element>((resolve, reject) => {
        if (waiting.size === 0) setTimeout(look, 30);
        waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }]);
      }));
    const binary = atob(block.textContent ?? "");
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };
}
