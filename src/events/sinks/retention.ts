const HOUR_MS = 3_600_000;

/** Sweeps out what is too old: at the start, where a failure is the caller's, and once an hour, where it is a warning of the process. */
export class Retention {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: string,
    private readonly sweep: () => Promise<unknown>,
  ) {}

  async start(): Promise<void> {
    await this.sweep();
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => {
        process.emitWarning(`The sink ${this.sink} could not delete what is too old: ${String(error)}`, {
          type: 'PromptheusWarning',
          code: 'PROMPTHEUS_RETENTION',
        });
      });
    }, HOUR_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
