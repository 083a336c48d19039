import type { Sink } from '../sinks/sink.js';

/** A sink that is opened once, whoever asks first; what failed is tried again by the next. */
export class OpenOnce implements Sink {
  readonly name: string;
  private opened: Promise<void> | undefined;

  constructor(private readonly sink: Sink) {
    this.name = sink.name;
  }

  open(): Promise<void> {
    this.opened ??= (async () => this.sink.open?.())().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  async write(batch: Parameters<Sink['write']>[0]): Promise<Awaited<ReturnType<Sink['write']>>> {
    await this.open();
    return this.sink.write(batch);
  }

  async close(): Promise<void> {
    await this.sink.close?.();
  }
}
