import { afterEach, beforeEach } from 'vitest';
import type { PromptheusOptions } from '../../../src/options/options.js';
import { createPromptheus, type Promptheus } from '../../../src/promptheus.js';

export interface DefaultInstance {
  readonly instance: Promptheus;
  /** The sample lines of a scrape that start with `name`, without buckets and sums of seconds. */
  lines(name: string): Promise<string[]>;
}

/** A fresh default instance for each test of a file. */
export function useDefaultInstance(options: PromptheusOptions = {}): DefaultInstance {
  let instance: Promptheus;
  beforeEach(() => {
    instance = createPromptheus({ registry: false, logger: false, ...options });
  });
  afterEach(() => instance.stop());
  return {
    get instance() {
      return instance;
    },
    lines: (name) => linesOf(instance, name),
  };
}

export async function linesOf(instance: Promptheus, name: string): Promise<string[]> {
  const { body } = await instance.scrape({ method: 'GET', headers: {} });
  return body
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(name) && !/^\w+_bucket\{/.test(line) && !/^\w+_seconds_sum\{/.test(line))
    .sort();
}
