import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const FORBIDDEN = join(import.meta.dirname, 'fixtures/forbidden-imports');

/** Each offence of the fixture, and nothing else: an import that is allowed must not be found. */
const OFFENCES = [
  'adapter-uses-the-contract: adapters/one/reaches-in.ts',
  'adapter-uses-the-contract: adapters/two/sees-one.ts',
  'layer-cli: src/cli/sees-metrics.ts',
  'layer-context: src/context/no-leaf.ts',
  'layer-decorators: src/decorators/sees-metrics.ts',
  'layer-errors: src/errors/reaches-up.ts',
  'layer-events: src/events/sees-metrics.ts',
  'layer-exposition: src/exposition/reaches-up.ts',
  'layer-instruments: src/instruments/sees-registry.ts',
  'layer-instruments: src/instruments/wires.ts',
  'layer-internal: src/internal/reaches-up.ts',
  'layer-metrics: src/metrics/reaches-up.ts',
  'layer-options: src/options/options.ts',
  'layer-registry: src/registry/reaches-up.ts',
  'nest-has-the-decorators: adapters/nest/index.ts',
  'nest-loads-nest: adapters/nest/loads-another.ts',
  'no-cycle: src/instruments/cycle-a.ts',
  'no-package-at-run-time: adapters/one/loads-framework.ts',
  'one-composition-root: src/instruments/wires.ts',
  'resolvable: src/instruments/lost.ts',
  'src-knows-no-adapter: src/instruments/uses-adapter.ts',
  'types-of-optional-peers-only: adapters/one/types-of-tool.ts',
];

describe('the import rules', () => {
  it('find every offence of the fixture, and no import that is allowed', () => {
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/depcruise'),
      ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src', 'adapters'],
      { cwd: FORBIDDEN, encoding: 'utf8' },
    );
    const { violations } = JSON.parse(stdout).summary as { violations: { from: string; rule: { name: string } }[] };
    expect([...new Set(violations.map(({ from, rule }) => `${rule.name}: ${from}`))].sort()).toEqual(OFFENCES);
  });
});
