import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { installedClients } from '../../../src/registry/installed-clients.js';

const folders: string[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs in an application that has these packages. */
function applicationWith(packages: Record<string, string>): void {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-clients-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(packages)) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), text);
  }
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
}

const client = (name: string) => `exports.clientName = '${name}'; exports.register = { registerMetric() {} };`;
const found = () => installedClients().map((one) => (one as { clientName?: string }).clientName);

describe('the clients that an application has installed', () => {
  it('are found from where it runs, in the order of their age', () => {
    applicationWith({
      '@platformatic/prom-client': client('platformatic'),
      'prom-client': client('prom-client'),
      '@prometheus-io/client': client('prometheus-io'),
      'another-client': client('another'),
    });
    expect(found()).toEqual(['prom-client', 'prometheus-io', 'platformatic']);
  });

  it('are none where none is installed, or the folder is gone', () => {
    applicationWith({});
    expect(installedClients()).toEqual([]);
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw new Error('ENOENT: uv_cwd');
    });
    expect(installedClients()).toEqual([]);
  });

  it.each([
    ['without a register', ''],
    ['whose register is none', 'exports.register = { registerMetric: 1 };'],
    ['that does not load', 'throw new Error("broken");'],
  ])('are without one %s', (_, text) => {
    applicationWith({ 'prom-client': text, '@prometheus-io/client': client('prometheus-io') });
    expect(found()).toEqual(['prometheus-io']);
  });
});
