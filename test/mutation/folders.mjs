const EXPOSITION = 'test/contract/exposition.test.ts';
const CLIENTS = ['test/contract/prom-client-equivalence.test.ts', 'test/mutation/client-bridge.test.ts'];

/**
 * The folders that are mutated, each judged by the tests of its own mirror and by the contracts it has to keep, not by
 * whatever else happens to run over it; they run in the order in which they stand here, so the quick ones stand first. Tests of scripts, of the tarball and of dist meet no mutant.
 */
const FOLDERS = {
  metrics: {
    mutate: ['src/metrics/*.ts', '!src/metrics/types.ts'],
    tests: ['test/unit/metrics/*.test.ts', 'test/unit/registry/registry.test.ts', EXPOSITION, CLIENTS[0]],
  },
  registry: {
    mutate: ['src/registry/*.ts', '!src/registry/interfaces.ts'],
    tests: [
      'test/unit/registry/*.test.ts',
      'test/unit/promptheus.test.ts',
      'test/contract/name-clashes.test.ts',
      ...CLIENTS,
    ],
  },
  exposition: {
    mutate: ['src/exposition/*.ts'],
    tests: ['test/unit/exposition/*.test.ts', EXPOSITION, 'test/contract/default-port.test.ts'],
  },
  express: {
    mutate: ['adapters/{express,shared/express,shared/http}/*.ts', '!adapters/**/{index,types}.ts'],
    // What Express does not use of `shared/http` is tested by those that do: the lifespan, and a request that has only arrived.
    // One file of each, since a helper's `afterEach` is registered once where files share a thread.
    tests: [
      'test/adapters/express-*-pattern.test.ts',
      'test/adapters/express-*.test.ts',
      'test/adapters/node-lifespan.test.ts',
      'test/adapters/fastify-plugin.test.ts',
      'test/adapters/express.test.ts',
    ],
  },
};

export const NAMES = Object.keys(FOLDERS);

/** Told by the environment, since Stryker starts vitest in a process of its own. */
export const folder = process.env.MUTATED_FOLDER ?? NAMES[0];
export const { mutate, tests } = FOLDERS[folder];
