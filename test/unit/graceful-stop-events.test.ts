import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createPromptheus, memorySink } from '../../src/index.js';
import { StoppingProcess } from './stopping-process.js';

let program: StoppingProcess | undefined;
let folder = '';
afterEach(() => {
  program?.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a graceful stop', () => {
  it('has events in the spool where a sink hangs, though the server has begun a longer stop as it closed', async () => {
    folder = mkdtempSync(join(tmpdir(), 'promptheus-graceful-'));
    program = StoppingProcess.start(`const events = {
        sinks: [{ name: 'hangs', write: () => new Promise(() => {}) }], spoolDirectory: ${JSON.stringify(folder)} };
      const recording = createPromptheus({ logger: false, registry: false, default: false, events });
      const server = instrumentServer(createServer(listener), { promptheus: recording });
      gracefulStop(server, { timeoutMs: 2_000, promptheus: recording });
      for (let value = 0; value < 50; value++) recording.events.record({ name: 'n', value });
      listen(server);`);
    await program.port();
    program.signal('SIGTERM');
    await program.end();
    const next = createPromptheus({
      logger: false,
      registry: false,
      default: false,
      events: { sinks: [memorySink()], spoolDirectory: folder },
    });
    await next.start();
    expect((await next.stop()).recovery).toMatchObject({ recovered: 50, lostUnknownMax: 0 });
  });
});
