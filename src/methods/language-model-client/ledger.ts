/** @file What calls have cost, and the budget that they may not exceed. */

import { CajalError } from "../../graph/index.ts";
import type { Usage } from "./chat.ts";

/** Per million tokens, in any currency, by model. */
export type PriceTable = Readonly<Record<string, { readonly input: number; readonly output: number }>>;

export interface Budget {
  /** In the currency of the prices. */
  readonly cost?: number;
  readonly calls?: number;
  /** Of prompts and replies together. */
  readonly tokens?: number;
}

export interface Totals {
  /** Calls that were answered, those of the journal's earlier runs included. */
  readonly calls: number;
  /** Replies that came from the journal or the cache. */
  readonly cached: number;
  /** Attempts that had to be repeated. */
  readonly retries: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** null when the model has no price. */
  readonly cost: number | null;
}

type Amounts = Record<keyof Budget, number>;

const kinds = ["cost", "calls", "tokens"] as const;

export class Ledger {
  private readonly price: PriceTable[string] | undefined;
  private readonly budget: Budget;
  private readonly spent: Amounts = { cost: 0, calls: 0, tokens: 0 };
  /** What running calls may come to. */
  private readonly reserved: Amounts = { cost: 0, calls: 0, tokens: 0 };
  private waiting: (() => void)[] = [];
  private tokensIn = 0;
  private tokensOut = 0;
  private retries = 0;
  private cached = 0;

  /** @throws CajalError `argument` when the budget is money and the model has no price */
  constructor(model: string, prices: PriceTable, budget: number | Budget) {
    this.price = Object.hasOwn(prices, model) ? prices[model] : undefined;
    this.budget = typeof budget === "number" ? { cost: budget } : budget;
    if (this.budget.cost !== undefined && this.price === undefined)
      throw new CajalError("argument", `a budget of ${this.budget.cost} means nothing: "${model}" has no price`, {
        advice: `Give prices: { ${JSON.stringify(model)}: { input, output } }, per million tokens, or a budget of calls or tokens.`,
      });
  }

  costOf(usage: Usage): number | null {
    if (this.price === undefined) return null;
    return (usage.tokensIn * this.price.input + usage.tokensOut * this.price.output) / 1e6;
  }

  /**
   * Waits while running calls may use the budget up; so at most one call goes beyond it, as far as estimates hold.
   * @throws CajalError `budget` when it is used up
   */
  async admit(estimate: Usage): Promise<() => void> {
    const amounts = this.amountsOf(estimate);
    for (;;) {
      const over = kinds.find((kind) => this.spent[kind] >= (this.budget[kind] ?? Number.POSITIVE_INFINITY));
      if (over !== undefined)
        throw new CajalError("budget", `the budget of ${this.budget[over]}${unit[over]} is used up`, {
          advice: "What is finished is kept: raise the budget and run again.",
        });
      if (
        kinds.every((kind) => this.spent[kind] + this.reserved[kind] < (this.budget[kind] ?? Number.POSITIVE_INFINITY))
      )
        break;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    for (const kind of kinds) this.reserved[kind] += amounts[kind];
    return () => {
      for (const kind of kinds) this.reserved[kind] -= amounts[kind];
      const woken = this.waiting;
      this.waiting = [];
      for (const wake of woken) wake();
    };
  }

  charge(usage: Usage): void {
    const amounts = this.amountsOf(usage);
    for (const kind of kinds) this.spent[kind] += amounts[kind];
    this.tokensIn += usage.tokensIn;
    this.tokensOut += usage.tokensOut;
  }

  countRetry(): void {
    this.retries++;
  }

  countCached(): void {
    this.cached++;
  }

  totals(): Totals {
    const { tokensIn, tokensOut, retries, cached } = this;
    const cost = this.price === undefined ? null : this.spent.cost;
    return { calls: this.spent.calls, cached, retries, tokensIn, tokensOut, cost };
  }

  private amountsOf(usage: Usage): Amounts {
    return { cost: this.costOf(usage) ?? 0, calls: 1, tokens: usage.tokensIn + usage.tokensOut };
  }
}

const unit = { cost: "", calls: " calls", tokens: " tokens" } as const;
