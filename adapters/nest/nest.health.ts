import type { AdapterInstance } from '../../src/adapter.js';

/** What `HealthCheckService.check` of @nestjs/terminus takes from an indicator. */
export type PromptheusHealth = Record<string, { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }>;

/**
 * Tells @nestjs/terminus whether the metrics can be scraped.
 *
 * @example
 * health.check([() => promptheusHealth.isHealthy('metrics')]);
 */
export class PromptheusHealthIndicator {
  constructor(private readonly instance: AdapterInstance) {}

  /** `up` while the metrics can be rendered; `down` is thrown, as terminus asks for. It renders a scrape. */
  async isHealthy(key = 'promptheus'): Promise<PromptheusHealth> {
    const { status, body } = await this.instance.scrape();
    if (status < 500) return { [key]: { status: 'up', bytes: body.length } };
    const causes: PromptheusHealth = { [key]: { status: 'down', message: body.toString() } };
    // Terminus knows its error by these, whichever of its majors it is.
    throw Object.assign(new Error('the metrics cannot be rendered'), { causes, isHealthCheckError: true });
  }
}
