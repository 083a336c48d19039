import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { service } from './running.js';

/** What a query gave: the values of the labels asked for, joined, and the number. */
export type Answer = Record<string, number>;

/** An exemplar as Prometheus keeps it. */
export interface StoredExemplar {
  readonly series: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Target {
  /** host:port, as Prometheus wants it. */
  readonly address: string;
  /** Tells the targets apart in every query. */
  readonly via: string;
}

/** The HTTP API of a running Prometheus. */
export class Prometheus {
  constructor(
    private readonly url: string,
    private readonly targetsFile: string,
  ) {}

  /** The one that runs, for one file of tests, whose targets are in a file of their own. */
  static running(name: string): Prometheus | undefined {
    const url = service('PROMPTHEUS_PROMETHEUS_URL');
    const targets = service('PROMPTHEUS_PROMETHEUS_TARGETS');
    if (url === undefined || targets === undefined) return undefined;
    return new Prometheus(url, targets.replace(/\.json$/, `-${name}.json`));
  }

  /** Replaced in one step, since Prometheus may read it at any moment. */
  scrape(targets: readonly Target[]): void {
    const groups = targets.map(({ address, via }) => ({ targets: [address], labels: { via } }));
    writeFileSync(`${this.targetsFile}.new`, JSON.stringify(groups));
    renameSync(`${this.targetsFile}.new`, this.targetsFile);
  }

  async targets(): Promise<Array<{ via: string; health: string; lastError: string }>> {
    const { activeTargets } = await this.get('targets?state=active');
    return activeTargets.map((target: { labels: { via: string }; health: string; lastError: string }) => ({
      via: target.labels.via,
      health: target.health,
      lastError: target.lastError,
    }));
  }

  async query(expression: string): Promise<Answer> {
    const { result } = await this.get(`query?query=${encodeURIComponent(expression)}`);
    return Object.fromEntries(
      result.map(({ metric, value }: { metric: Record<string, string>; value: [number, string] }) => [
        Object.values(metric).join(' '),
        Number(value[1]),
      ]),
    );
  }

  /** The answer once it is the expected one; after enough tries whatever it is then, for the test to show. */
  async eventually(expression: string, expected: Answer): Promise<Answer> {
    const wanted = JSON.stringify(Object.entries(expected).sort());
    for (let tries = 0; ; tries++) {
      const answer = await this.query(expression);
      if (JSON.stringify(Object.entries(answer).sort()) === wanted || tries === 40) return answer;
      await sleep(250);
    }
  }

  /** The exemplars of the series that an expression selects, of the last minute. */
  async exemplars(expression: string): Promise<StoredExemplar[]> {
    const now = Date.now() / 1000;
    const range = `start=${now - 60}&end=${now + 60}`;
    const found = await this.get(`query_exemplars?query=${encodeURIComponent(expression)}&${range}`);
    return found.flatMap(
      (one: { seriesLabels: Record<string, string>; exemplars: Array<{ labels: object; value: string }> }) =>
        one.exemplars.map(({ labels, value }) => ({ series: one.seriesLabels, labels, value: Number(value) })),
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: the shapes are those of Prometheus's HTTP API.
  private async get(path: string): Promise<any> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const { status, data, error } = (await response.json()) as { status: string; data: unknown; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }
}
