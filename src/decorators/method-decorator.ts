import { PromptheusError, show } from '../errors/promptheus-error.js';
import { interpose } from '../instruments/wrappers/interpose.js';
import type { AnyFunction } from '../instruments/wrappers/wrap-call.js';

/**
 * A decorator of methods, for standard (TC39) and for `experimentalDecorators` code alike. On a field, an accessor or a
 * class it does not compile.
 */
export interface UniversalMethodDecorator {
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext<unknown, F>): F;
  <F extends AnyFunction>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** One decorator for both kinds out of a function wrapper. */
export function methodDecorator(
  decorator: string,
  wrap: <F extends AnyFunction>(method: F) => F,
): UniversalMethodDecorator {
  return ((target: unknown, nameOrContext: unknown, descriptor?: PropertyDescriptor) => {
    if (isStandard(nameOrContext)) {
      if (nameOrContext.kind !== 'method') throw misplaced(decorator, `a ${nameOrContext.kind}`, nameOrContext.name);
      return marked(wrap(target as AnyFunction));
    }
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function') throw misplaced(decorator, what(nameOrContext, descriptor), nameOrContext);
    return { ...descriptor, value: marked(wrap(method as AnyFunction)) };
  }) as UniversalMethodDecorator;
}

/** By which a container finds the methods that are observed, whichever copy of the package did it. */
const DECORATED = Symbol.for('promptheus.decorated.v1');

function marked<F extends AnyFunction>(method: F): F {
  interpose(method, DECORATED, true);
  return method;
}

/** Whether a method bears one of the decorators. */
export function isDecorated(method: unknown): boolean {
  return typeof method === 'function' && DECORATED in method;
}

function isStandard(context: unknown): context is { kind: string; name: unknown } {
  return typeof context === 'object' && context !== null && 'kind' in context;
}

function what(name: unknown, descriptor: PropertyDescriptor | undefined): string {
  if (name === undefined) return 'a class';
  return descriptor?.get !== undefined || descriptor?.set !== undefined ? 'an accessor' : 'a field';
}

function misplaced(decorator: string, place: string, name: unknown): PromptheusError {
  const of = name === undefined ? '' : ` ${show(typeof name === 'symbol' ? name.toString() : name)}`;
  return new PromptheusError('NOT_A_FUNCTION', `${decorator} is for methods, got ${place}${of}. Put it on a method.`);
}
