import { isObservable, Observable, tap } from 'rxjs';
import { type FollowResult, interpose, observeOperation } from '../../src/adapter.js';
import { methodsOf } from './nest.methods.js';

/** Under which metadata each kind of handler is declared, and the `operation_type` that it is recorded as. */
const KINDS = [
  ['microservices:pattern', 'rpc'],
  ['websockets:message_mapping', 'websocket'],
  // Query, Mutation or Subscription; a resolver of a field has none.
  ['graphql:resolver_type', 'graphql'],
  ['SCHEDULER_TYPE', 'scheduled'],
] as const;

/** Which methods are recorded, whichever copy of the package did it. */
const RECORDED = Symbol.for('promptheus.nest.operation.v1');

interface MetadataReflection {
  hasOwnMetadata?(key: unknown, target: object): boolean;
}

/**
 * Records the handlers of messages, of GraphQL's operations and of scheduled jobs of a class in
 * `operation_duration_seconds`, as `Class.method`. Nest reads its handlers off the prototype, and that is where they are
 * wrapped; each records into the instance that its object is bound to.
 */
export function observeOperations(type: { readonly name: string; readonly prototype: object }): void {
  for (const { owner, key, method } of methodsOf(type.prototype)) {
    const kind = kindOf(method);
    if (kind === undefined || RECORDED in method) continue;
    const recorded = observeOperation(method, kind, `${type.name}.${String(key)}`, followObservable);
    interpose(recorded, RECORDED, true);
    interpose(owner, key, recorded);
  }
}

/** Whether a method is recorded as an operation. */
export function isOperation(method: object): boolean {
  return RECORDED in method;
}

function kindOf(method: object): string | undefined {
  const { hasOwnMetadata } = Reflect as MetadataReflection;
  return KINDS.find(([key]) => hasOwnMetadata?.(key, method))?.[1];
}

/** What a handler streams ends with its Observable; a consumer that leaves it has ended it early. */
const followObservable: FollowResult = (value, end, run) => {
  if (!isObservable(value)) return false;
  const subscribe = value.subscribe as (...args: unknown[]) => unknown;
  const source = new Observable((subscriber) => run(() => Reflect.apply(subscribe, value, [subscriber]) as never));
  const told = source.pipe(
    tap({
      error: (error: unknown) => end('error', error),
      complete: () => end('success'),
      unsubscribe: () => end('aborted'),
    }),
  );
  return interpose(value, 'subscribe', told.subscribe.bind(told));
};
