import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Format } from '../../src/exposition/format.js';

const FOLDER = 'test/matrix/prometheus-client-python';
const PACKAGES = join(FOLDER, 'packages');

export const PYTHON_INSTALL = `python3 -m pip install --no-deps --require-hashes --target ${PACKAGES} -r ${FOLDER}/requirements.txt`;

/** Whether Python is there, and its client beside the requirements. */
export const hasPythonParser =
  existsSync(join(PACKAGES, 'prometheus_client')) && spawnSync('python3', ['--version']).status === 0;

export interface PythonSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: Readonly<Record<string, string>> | null;
}

export interface PythonFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly PythonSample[];
}

type Answer = { readonly families?: PythonFamily[]; readonly error?: string };

/** The parsers of Python's `prometheus_client`, in one child process. */
export class PythonParser {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly waiting: Array<(answer: Answer) => void> = [];
  private complaint = '';

  constructor() {
    this.child = spawn('python3', ['test/contract/read-exposition.py'], {
      env: { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: 'utf-8' },
    });
    this.lines = createInterface({ input: this.child.stdout });
    // What is kept for the answers: nothing of a scrape stands raw in a line of JSON.
    this.lines.on('line', (line) => this.waiting.shift()?.(JSON.parse(line) as Answer));
    this.child.stderr.on('data', (data) => (this.complaint += data));
    this.child.once('close', () => {
      for (const answer of this.waiting.splice(0)) answer({ error: `python3 ended: ${this.complaint}` });
    });
  }

  /** Every family of the scrape; rejects where the parser refuses it, or where a series stands twice. */
  async read(text: string, format: Format): Promise<PythonFamily[]> {
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin.write(`${JSON.stringify({ format, text })}\n`);
    });
    if (answer.families === undefined) throw new Error(answer.error);
    const seen = new Set<string>();
    for (const sample of answer.families.flatMap(({ samples }) => samples)) {
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(series)) throw new Error(`stands twice: ${series}`);
      seen.add(series);
      (sample as { value: number }).value = Number(String(sample.value).replace('inf', 'Infinity'));
    }
    return answer.families;
  }

  close(): void {
    this.child.stdin.end();
  }
}
