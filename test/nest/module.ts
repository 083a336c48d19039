import type { ModuleMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { PromptheusExplorer } from '../../adapters/nest/nest.explorer.js';
import { PROMPTHEUS_INSTANCE } from '../../adapters/nest/nest.tokens.js';
import type { Promptheus } from '../../src/index.js';
import { createInstance } from '../../src/promptheus.js';
import type { MemorySink } from '../contract/memory-sink.js';

/** An instance of its own, which no decorator would find by itself. */
export function instanceOfItsOwn(sink?: MemorySink): Promptheus {
  return createInstance({ default: false, registry: false, logger: false }, sink?.parts());
}

/** What the module provides for decorators and injected families. */
export function decorated(instance: Promptheus): NonNullable<ModuleMetadata['providers']> {
  return [
    { provide: PROMPTHEUS_INSTANCE, useValue: instance },
    {
      provide: PromptheusExplorer,
      inject: [ModulesContainer],
      useFactory: (modules: ModulesContainer) => new PromptheusExplorer(modules, instance),
    },
  ];
}

export async function linesOf(instance: Promptheus, start: string): Promise<string[]> {
  return (await instance.scrape()).body
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(start));
}
