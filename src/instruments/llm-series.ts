import { currentState } from '../context/context.js';
import { KeptHandles } from './kept-handles.js';
import type { LlmCallFacts } from './llm-facts.js';

/** Calls of one model by one operation: the handles of families without a tenant, and those of each tenant. */
export class LlmKind extends KeptHandles {
  readonly tenants = new Map<string, KeptHandles>();

  constructor(
    readonly provider: string,
    readonly model: string,
    readonly operation: string,
  ) {
    super({ provider, model, operation });
  }
}

/** Kinds and tenants whose handles are kept at the same time; one more begins anew. */
const MOST = 2_000;

/** Finds the handles of a call by what its series have in common. */
export class LlmSeries {
  /** By provider, model and operation. */
  private readonly kinds = new Map<string, Map<string, Map<string, LlmKind>>>();
  private size = 0;

  /** `hasTenant`: some family has a label for it. Else tenants without number would each have handles of their own. */
  constructor(private readonly hasTenant: boolean) {}

  kindOf(facts: LlmCallFacts): LlmKind {
    const { operation = 'chat' } = facts;
    const provider = facts.provider || 'unknown';
    const model = facts.model || 'unknown';
    return this.kinds.get(provider)?.get(model)?.get(operation) ?? this.addKind(provider, model, operation);
  }

  /** The handles of families with a tenant; one that is not given is the context's. */
  ofTenant(kind: LlmKind, given: string | undefined): KeptHandles {
    const tenant = this.hasTenant ? given || currentState().tenant || 'unknown' : '';
    return kind.tenants.get(tenant) ?? this.addTenant(kind, tenant);
  }

  private addKind(provider: string, model: string, operation: string): LlmKind {
    this.makeRoom();
    const kind = new LlmKind(provider, model, operation);
    level(level(this.kinds, provider), model).set(operation, kind);
    return kind;
  }

  private addTenant(kind: LlmKind, tenant: string): KeptHandles {
    this.makeRoom();
    const { provider, model, operation } = kind;
    const handles = new KeptHandles({ provider, model, operation, tenant });
    kind.tenants.set(tenant, handles);
    return handles;
  }

  private makeRoom(): void {
    if (this.size >= MOST) {
      this.kinds.clear();
      this.size = 0;
    }
    this.size++;
  }
}

function level<K, L>(of: Map<K, Map<K, L>>, key: K): Map<K, L> {
  let next = of.get(key);
  if (next === undefined) of.set(key, (next = new Map()));
  return next;
}
