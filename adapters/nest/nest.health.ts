import { HttpAdapterHost } from '@nestjs/core';
import { type AdapterInstance, type ScrapeTarget, show } from '../../src/adapter.js';

/** What `HealthCheckService.check` of @nestjs/terminus takes from an indicator. */
export type PromptheusHealth = Record<string, { readonly status: 'up' | 'down'; readonly message?: string }>;

/** The Terminus of Nest 10 takes any result for good, and an error for down; that of Nest 12 takes no error. Nest 10 has no `init$`. */
const TELLS_BY_ERROR = !('init$' in HttpAdapterHost.prototype);

const NOWHERE: ScrapeTarget = { write: () => true, once() {}, removeListener() {} };

/**
 * Tells @nestjs/terminus (10, 11 and 12) whether the metrics can be rendered.
 *
 * @example
 * health.check([() => promptheusHealth.isHealthy('metrics')]);
 */
export class PromptheusHealthIndicator {
  constructor(private readonly instance: AdapterInstance) {}

  /** It renders all metrics each time, and asks neither for a password nor for an address. With Nest 10, `down` is thrown. */
  async isHealthy(key = 'promptheus'): Promise<PromptheusHealth> {
    try {
      await this.instance.scrapeTo(NOWHERE);
      return { [key]: { status: 'up' } };
    } catch (error) {
      const message = `the metrics cannot be rendered: ${show(error)}`;
      const down: PromptheusHealth = { [key]: { status: 'down', message } };
      if (TELLS_BY_ERROR) throw Object.assign(new Error(message), { isHealthCheckError: true, causes: down });
      return down;
    }
  }
}
