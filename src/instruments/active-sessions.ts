import { labelText, presentable } from '../metrics/label-value.js';
import type { GaugeHandle } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import { gaugeOf, handleOf } from './families.js';

/** A handle says whether its label set went to the overflow series, which other tenants share. */
type OverflowAware = GaugeHandle & { readonly overflow?: boolean };

/** `active_sessions_current`, which never goes below 0. */
export class ActiveSessions {
  private readonly gauge;
  /** Open sessions of the tenants that have a series of their own, so it is no longer than the family. */
  private readonly counts = new Map<string, number>();
  private overflowed = 0;

  constructor(env: InstrumentEnvironment) {
    this.gauge = gaugeOf(env, 'active_sessions_current');
  }

  open(given: string): void {
    const tenant = this.keyOf(given);
    const handle: OverflowAware = handleOf(this.gauge, { tenant });
    if (handle.overflow) {
      this.overflowed++;
      handle.inc();
      return;
    }
    this.put(handle, tenant, (this.counts.get(tenant) ?? 0) + 1);
  }

  close(given: string): void {
    const tenant = this.keyOf(given);
    const count = this.counts.get(tenant);
    const handle: OverflowAware = handleOf(this.gauge, { tenant });
    if (count !== undefined) this.put(handle, tenant, count - 1);
    else if (handle.overflow && this.overflowed > 0) {
      this.overflowed--;
      handle.dec();
    }
  }

  /** As the label shows it: texts that come to one series are counted together. Without a tenant label, all are. */
  private keyOf(tenant: string): string {
    return this.gauge.facts.includes('tenant') ? presentable(labelText(tenant) ?? '') : '';
  }

  private put(handle: GaugeHandle, tenant: string, count: number): void {
    if (count === 0) this.counts.delete(tenant);
    else this.counts.set(tenant, count);
    handle.set(count);
  }
}
