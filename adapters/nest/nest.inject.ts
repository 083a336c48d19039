import { type FactoryProvider, Inject } from '@nestjs/common';
import type { AdapterInstance } from '../../src/adapter.js';
import { familyToken, PROMPTHEUS_INSTANCE } from './nest.tokens.js';

type Metrics = AdapterInstance['metrics'];
type CounterOptions = Parameters<Metrics['counter']>[0];
type HistogramOptions = Parameters<Metrics['histogram']>[0];
type GaugeOptions = Parameters<Metrics['gauge']>[0];

/** A decorator of constructor parameters and of properties. */
type Injection = ReturnType<typeof Inject>;

/**
 * Injects the module's instance.
 *
 * @example
 * constructor(@InjectPromptheus() private readonly promptheus: Promptheus) {}
 */
export function InjectPromptheus(): Injection {
  return Inject(PROMPTHEUS_INSTANCE);
}

/**
 * Injects a counter that `makeCounterProvider` provides, in this module or in one that it imports.
 *
 * @example
 * constructor(@InjectCounter('tickets_total') private readonly tickets: Counter<['queue']>) {}
 */
export function InjectCounter(name: string): Injection {
  return Inject(familyToken(name));
}

/** Injects a histogram that `makeHistogramProvider` provides, in this module or in one that it imports. */
export function InjectHistogram(name: string): Injection {
  return Inject(familyToken(name));
}

/** Injects a gauge that `makeGaugeProvider` provides, in this module or in one that it imports. */
export function InjectGauge(name: string): Injection {
  return Inject(familyToken(name));
}

/**
 * Provides a counter of the module's instance under its name. An equal definition is the same family, wherever it stands:
 * nothing is registered twice.
 *
 * @throws when the application is made {FAMILY_CONFLICT} {INVALID_NAME} {INVALID_LABEL}
 * @example
 * @Module({ providers: [makeCounterProvider({ name: 'tickets_total', help: 'Tickets.', labelNames: ['queue'] }), Desk] })
 */
export function makeCounterProvider(options: CounterOptions): FactoryProvider {
  return provide(options.name, (metrics) => metrics.counter(options));
}

/**
 * Provides a histogram of the module's instance under its name.
 *
 * @throws when the application is made {FAMILY_CONFLICT} {INVALID_NAME} {INVALID_LABEL} {INVALID_BUCKETS}
 */
export function makeHistogramProvider(options: HistogramOptions): FactoryProvider {
  return provide(options.name, (metrics) => metrics.histogram(options));
}

/**
 * Provides a gauge of the module's instance under its name.
 *
 * @throws when the application is made {FAMILY_CONFLICT} {INVALID_NAME} {INVALID_LABEL}
 */
export function makeGaugeProvider(options: GaugeOptions): FactoryProvider {
  return provide(options.name, (metrics) => metrics.gauge(options));
}

function provide(name: string, define: (metrics: Metrics) => unknown): FactoryProvider {
  return {
    provide: familyToken(name),
    inject: [PROMPTHEUS_INSTANCE],
    useFactory: ({ metrics }: AdapterInstance) => define(metrics),
  };
}
