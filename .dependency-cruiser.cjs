'use strict';

// Who may import whom (docs/architecture.md). Each layer lists the folders that it may reach; what is not listed is
// forbidden. test/unit/scripts/fixtures/forbidden-imports holds one offence for each rule, and a check that all of
// them are found: with a compiler that the tool cannot use, it reads no module at all and finds nothing.
const LAYERS = {
  internal: [],
  errors: [],
  context: ['internal'],
  // Knows no metric storage: it reports through counts of its own.
  events: ['internal', 'errors', 'context'],
  metrics: ['internal', 'errors'],
  registry: ['internal', 'errors', 'metrics'],
  exposition: ['internal', 'errors', 'metrics', 'registry'],
  instruments: ['internal', 'errors', 'metrics', 'context', 'events'],
  decorators: ['internal', 'errors', 'instruments'],
  cli: ['internal', 'errors', 'events'],
  // Describes what each layer can be told, so it sees them; only src/promptheus.ts sees it.
  options: ['internal', 'errors', 'metrics', 'registry', 'exposition', 'instruments', 'events'],
};

const layerRules = Object.entries(LAYERS).map(([layer, reaches]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import ${[layer, ...reaches].join(', ')} only.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...reaches].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-cycle',
      comment: 'No cycle, those of types included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'one-composition-root',
      comment: 'Only src/promptheus.ts wires the layers; only the entry points import it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(index|adapter)\\.ts$' },
      to: { path: '^src/promptheus\\.ts$' },
    },
    {
      name: 'src-knows-no-adapter',
      comment: 'The core does not know who uses it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^adapters/' },
    },
    {
      name: 'adapter-uses-the-contract',
      comment: 'An adapter imports src/adapter.ts, its own folder and adapters/shared only.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/', pathNot: '^adapters/nest/index\\.ts$' },
      to: { path: '^(src|adapters)/', pathNot: '^(src/adapter\\.ts$|adapters/$1/|adapters/shared/)' },
    },
    {
      name: 'no-package-at-run-time',
      comment: 'Nothing of npm is loaded at run time; a client or framework is handed in by its user.',
      severity: 'error',
      from: { path: '^(src|adapters)/', pathNot: '^adapters/nest/' },
      to: { dependencyTypes: NPM(), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nest-has-the-decorators',
      comment: 'promptheus/nest exports the decorators of promptheus/decorators too, and that is all it takes of them.',
      severity: 'error',
      from: { path: '^adapters/nest/index\\.ts$' },
      to: { path: '^(src|adapters)/', pathNot: '^(src/decorators/index\\.ts$|adapters/nest/)' },
    },
    {
      name: 'nest-loads-nest',
      comment: 'A Nest module is made of what Nest exports, and of no other package.',
      severity: 'error',
      from: { path: '^adapters/nest/' },
      to: {
        dependencyTypes: NPM(),
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(@nestjs/(common|core)|rxjs)/',
      },
    },
    {
      name: 'types-of-optional-peers-only',
      comment: 'A type may come from an optional peer, and from no other package.',
      severity: 'error',
      from: { path: '^(src|adapters)/' },
      to: {
        dependencyTypes: NPM(),
        path: 'node_modules/',
        pathNot: `node_modules/(@types/)?(${optionalPeers().join('|')}|node)/`,
      },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // Has no name without its prefix, and is not found in the list of Node's modules.
    builtInModules: { add: ['node:sqlite'] },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};

function NPM() {
  return ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
}

function optionalPeers() {
  const { peerDependenciesMeta } = require('./package.json');
  return Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name].optional);
}
