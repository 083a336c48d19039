// Those contracts of the bridge that run in this process; the others start applications on dist, which meet no mutant.
import { describe } from 'vitest';
import { clientBridgeContract } from '../contract/client-bridge.contract.js';
import { CLIENTS, isInstalled, loadClient } from '../contract/client-bridge-harness.js';
import { clientHostileContract } from '../contract/client-hostile.contract.js';
import { foreignMetricsContract } from '../contract/foreign-metrics.contract.js';

for (const row of CLIENTS.filter(isInstalled)) {
  describe(row.name, () => {
    const client = loadClient(row);
    clientBridgeContract(client);
    foreignMetricsContract(client);
    clientHostileContract(client);
  });
}
