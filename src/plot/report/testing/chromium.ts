/** @file Chromium for tests, where one is installed: opens a page and asks it questions over the DevTools pipe. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Readable, Writable } from "node:stream";

export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--window-size=1200,900",
  "--remote-debugging-pipe",
];

/** Milliseconds: far more than a page needs, so that a busy machine does not fail a test. */
const PATIENCE = 25_000;

interface Message {
  readonly id?: number;
  readonly result?: { readonly targetId?: string; readonly sessionId?: string; readonly result?: { value?: unknown } };
  readonly error?: { readonly message: string };
}

export interface BrowserPage {
  /** The value of an expression in the page. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** Waits until an expression is true in the page. */
  readonly until: (expression: string) => Promise<void>;
  /** Presses and releases a key, such as "Enter". */
  readonly press: (key: string) => Promise<void>;
}

/** Starts Chromium on the URL, lets `use` work with the page, and ends Chromium. */
export async function withPage(url: string, profile: string, use: (page: BrowserPage) => Promise<void>): Promise<void> {
  const browser = spawn(chromium ?? "", [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const [, , , commands, answers] = browser.stdio;
  if (!(commands instanceof Writable) || !(answers instanceof Readable))
    throw new Error("Chromium has no DevTools pipe");
  const waiting = new Map<number, (message: Message) => void>();
  let rest = "";
  answers.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const json of messages) {
      const message: Message = JSON.parse(json);
      if (message.id !== undefined) waiting.get(message.id)?.(message);
    }
  });
  let sessionId: string | undefined;
  const send = async (method: string, params: object = {}): Promise<NonNullable<Message["result"]>> => {
    const id = waiting.size + 1;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answer;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  };

  try {
    const { targetId } = await send("Target.createTarget", { url });
    ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
    const evaluate = async (expression: string) =>
      (await send("Runtime.evaluate", { expression, returnByValue: true })).result?.value;
    await use({
      evaluate,
      until: async (expression) => {
        const start = performance.now();
        while ((await evaluate(expression)) !== true) {
          if (performance.now() - start > PATIENCE) throw new Error(`Not true within ${PATIENCE} ms: ${expression}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      press: async (key) => {
        const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
        await send("Input.dispatchKeyEvent", {
          type: "keyDown",
          key,
          text,
          windowsVirtualKeyCode: key === "Enter" ? 13 : 0,
        });
        await send("Input.dispatchKeyEvent", { type: "keyUp", key });
      },
    });
  } finally {
    const ended = new Promise((resolve) => browser.once("exit", resolve));
    browser.kill();
    await ended;
  }
}
