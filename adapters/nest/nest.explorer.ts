import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import {
  type AdapterInstance,
  bindInstruments,
  boundInstruments,
  isDecorated,
  unbindInstruments,
} from '../../src/adapter.js';
import { methodsOf } from './nest.methods.js';
import { isOperation, observeOperations } from './nest.operations.js';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = NestModule['providers'] extends Map<unknown, infer W> ? W : never;

/**
 * Finds the methods of providers and controllers that bear a decorator of ours, or handle messages, GraphQL's operations or
 * jobs, and has them record into the module's instance. With `isGlobal` off, those that record are of the modules
 * which import this one.
 */
export class PromptheusExplorer implements OnModuleInit, OnModuleDestroy {
  private readonly prototypes: object[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly instance: AdapterInstance,
    private readonly isGlobal = true,
  ) {
    // Now, while nothing has been made: gateways and jobs are registered before the hooks of modules run.
    for (const wrapper of wrappersOf(this.modules.values())) {
      const type = typeOf(wrapper);
      if (type !== undefined) observeOperations(type);
    }
  }

  onModuleInit(): void {
    const covered = [...this.modules.values()].filter((module) => this.covers(module));
    for (const wrapper of wrappersOf(covered)) this.bind(wrapper);
  }

  onModuleDestroy(): void {
    for (const prototype of this.prototypes.splice(0)) unbindInstruments(prototype, this.instance);
  }

  private bind(wrapper: Wrapper): void {
    const type = typeOf(wrapper);
    // One that is made for each request, or for each that asks for it, is found by its prototype.
    const isSingle = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
    const owner: unknown = isSingle ? wrapper.instance : type?.prototype;
    if (typeof owner !== 'object' || owner === null) return;
    const observed = observedMethod(isSingle ? Object.getPrototypeOf(owner) : owner);
    if (observed === undefined) return;
    const other = isSingle ? undefined : boundInstruments(owner);
    if (!isSingle) this.prototypes.push(owner);
    if (other !== undefined && other !== this.instance) warnOfShared(`${type?.name}.${String(observed)}`);
    bindInstruments(owner, this.instance);
  }

  private covers(module: NestModule): boolean {
    return (
      this.isGlobal || [...module.imports].some(({ providers }) => providers.get(PromptheusExplorer)?.instance === this)
    );
  }
}

function* wrappersOf(modules: Iterable<NestModule>): Generator<Wrapper> {
  for (const { providers, controllers } of modules) {
    yield* providers.values();
    yield* controllers.values() as Iterable<Wrapper>;
  }
}

/** The class of what a wrapper makes; that of a factory is not known before it has run. */
function typeOf({ metatype, inject }: Wrapper): { readonly name: string; readonly prototype: object } | undefined {
  if (typeof metatype !== 'function' || inject !== undefined) return undefined;
  const type = metatype as { readonly name: string; readonly prototype?: object };
  return type.prototype === undefined ? undefined : (type as { readonly name: string; readonly prototype: object });
}

function observedMethod(prototype: object | null): PropertyKey | undefined {
  if (prototype === null) return undefined;
  for (const { key, method } of methodsOf(prototype)) if (isDecorated(method) || isOperation(method)) return key;
  return undefined;
}

const warned = new Set<string>();

function warnOfShared(method: string): void {
  if (warned.has(method)) return;
  warned.add(method);
  process.emitWarning(
    `${method} belongs to a provider that is made for each request, in two applications with instances of their own: it records into the one that was made last.`,
    'PromptheusWarning',
  );
}
