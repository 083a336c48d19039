import { describe, expect, it } from 'vitest';
import { clientBridgeContract } from './client-bridge.contract.js';
import { CLIENTS, isInstalled, loadClient } from './client-bridge-harness.js';
import { clientHostileContract } from './client-hostile.contract.js';
import { clientProcessContract } from './client-process.contract.js';
import { foreignMetricsContract } from './foreign-metrics.contract.js';

for (const row of CLIENTS) {
  const installed = isInstalled(row);
  const install = `npm ci --prefix ${row.folder}`;
  describe.skipIf(!installed)(`${row.name}${installed ? '' : ` (not installed: ${install})`}`, () => {
    if (!installed) return it('is not installed', () => {});
    const client = loadClient(row);
    clientBridgeContract(client);
    foreignMetricsContract(client);
    clientHostileContract(client);
    clientProcessContract(row);
  });
  it.runIf(process.env.CI)(`${row.name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
}
