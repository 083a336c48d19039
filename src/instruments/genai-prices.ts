import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PromptheusError, show } from '../errors/promptheus-error.js';
import type { PricedCall, PriceSource } from './price-source.js';

const PACKAGE = '@pydantic/genai-prices';

/** Our names of providers, where the package has another. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'aws.bedrock': 'aws',
  'azure.ai.openai': 'azure',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  mistral_ai: 'mistral',
  x_ai: 'x-ai',
};

/**
 * Providers that publish half the price for what is asked in a batch. The package has no batch prices (2026-11-25), and
 * where nothing is published a batch has no price.
 */
const HALF_FOR_BATCHES: ReadonlySet<string> = new Set(['anthropic', 'aws', 'azure', 'google', 'openai']);

/** Models that are priced at the same time; another begins the cache anew. */
const MOST_MODELS = 1_000;

interface PriceTable {
  calcPrice(usage: Record<string, number>, model: string, options: object): PriceOfTable | null;
}

interface PriceOfTable {
  readonly total_price: number;
  readonly model: object;
  readonly provider: object;
}

/**
 * Prices by `@pydantic/genai-prices`, which the application installs: cached, cache-written and long-context prompts and
 * reasoning at their own price, batches at half of it where the provider says so. The table is loaded at the first call that
 * is priced; a model is looked up once, and each call then takes about 10 µs.
 *
 * @throws {PRICES_NOT_INSTALLED}
 * @example
 * ```ts
 * createPromptheus({ llm: { prices: genaiPrices() } });
 * ```
 */
export function genaiPrices(): PriceSource {
  const source = installedPrices();
  if (source !== undefined) return source;
  throw new PromptheusError(
    'PRICES_NOT_INSTALLED',
    `${PACKAGE} is not installed where the application runs (${show(workingFolder())}). Install it, or give llm.prices a function of your own.`,
  );
}

/** The same, or `undefined` where the package is not installed. */
export function installedPrices(): PriceSource | undefined {
  try {
    const require = createRequire(join(process.cwd(), 'promptheus-resolves-from-here.js'));
    require.resolve(PACKAGE);
    let price: PriceSource | undefined;
    return (call) => {
      price ??= pricesOf(require(PACKAGE) as PriceTable);
      return price(call);
    };
  } catch {
    return undefined;
  }
}

function pricesOf(table: PriceTable): PriceSource {
  /** By provider and model, a provider with that one model: what the package would search for at each call. */
  const resolved = new Map<string, Map<string, object | undefined>>();
  let models = 0;
  return (call) => {
    const provider = PROVIDERS[call.provider] ?? call.provider;
    if (call.batch && !HALF_FOR_BATCHES.has(provider)) return undefined;
    const usage = usageOf(call);
    if (models >= MOST_MODELS) {
      resolved.clear();
      models = 0;
    }
    let ofProvider = resolved.get(provider);
    if (ofProvider === undefined) resolved.set(provider, (ofProvider = new Map()));
    let price: PriceOfTable | null;
    if (ofProvider.has(call.model)) {
      const known = ofProvider.get(call.model);
      price = known === undefined ? null : table.calcPrice(usage, call.model, { provider: known });
    } else {
      price = table.calcPrice(usage, call.model, { providerId: provider });
      ofProvider.set(call.model, price === null ? undefined : { ...price.provider, models: [price.model] });
      models++;
    }
    return price === null ? undefined : price.total_price * (call.batch ? 0.5 : 1);
  };
}

function usageOf({ usage }: PricedCall): Record<string, number> {
  const { prompt = 0, completion = 0, cached = 0, cacheWrite = 0, cacheWriteHour = 0, reasoning = 0 } = usage;
  return {
    input_tokens: prompt,
    output_tokens: completion,
    cache_read_tokens: cached,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWriteHour,
    output_reasoning_tokens: reasoning,
  };
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return 'a folder that is gone';
  }
}
