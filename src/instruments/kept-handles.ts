import { isPresentable } from '../metrics/label-value.js';
import type { LabelValue } from '../metrics/types.js';
import type { Fact } from './catalogue/row.js';
import { type Bound, type Facts, handleOf, isOverflow } from './families.js';

type Family<H> = Bound<{ labels(...values: LabelValue[]): H }>;

/**
 * The handles of the recordings that have these facts in common, each looked up by its label values once. As any that was
 * given out, a handle that is kept keeps the row of its series (docs/decisions/0012). One that stands for the overflow is
 * not kept, so that each recording that goes there is counted as dropped.
 */
export class KeptHandles {
  private readonly handles = new Map<object, object>();

  constructor(readonly facts: Facts) {}

  /** The handle in a family whose labels are all among the facts. */
  of<H extends object>(family: Family<H>): H {
    return (this.handles.get(family) as H | undefined) ?? this.resolve(family);
  }

  /** In a family with one label more, whose values are few. */
  with<H extends object>(family: Family<H>, fact: Fact, value: string): H {
    const ofValues = this.handles.get(family) as Map<string, H> | undefined;
    return ofValues?.get(value) ?? this.resolveWith(family, fact, value);
  }

  private resolve<H extends object>(family: Family<H>): H {
    const handle = handleOf(family, this.facts);
    if (!isOverflow(handle)) this.handles.set(family, handle);
    return handle;
  }

  private resolveWith<H extends object>(family: Family<H>, fact: Fact, value: string): H {
    const handle = handleOf(family, { ...this.facts, [fact]: value });
    // Any number of texts that a label changes come to one series.
    if (isOverflow(handle) || !isPresentable(value)) return handle;
    let ofValues = this.handles.get(family) as Map<string, H> | undefined;
    if (ofValues === undefined) this.handles.set(family, (ofValues = new Map()));
    ofValues.set(value, handle);
    return handle;
  }
}
