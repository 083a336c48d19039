/** The instance that a module's HTTP metrics, decorators and injected families record into. One for every copy of the package. */
export const PROMPTHEUS_INSTANCE: unique symbol = Symbol.for('promptheus.nest.instance.v1') as never;

/** The options of `PromptheusModule.forRoot` or what `forRootAsync` made. */
export const PROMPTHEUS_OPTIONS: unique symbol = Symbol.for('promptheus.nest.options.v1') as never;

/** Under which a family is provided: `makeCounterProvider` gives it, `@InjectCounter` asks for it. */
export function familyToken(name: string): string {
  return `promptheus:family:${name}`;
}
