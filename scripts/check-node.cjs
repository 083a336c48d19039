'use strict';
// Plain ES5-era CommonJS on purpose: this file has to run on whatever Node an old machine starts it with.
var MAJOR = 22;
var MINOR = 13;
var parts = process.versions.node.split('.').map(Number);

if (parts[0] < MAJOR || (parts[0] === MAJOR && parts[1] < MINOR)) {
  console.error(
    'promptheus needs Node ' +
      MAJOR +
      '.' +
      MINOR +
      ' or later, this is ' +
      process.versions.node +
      ': run `npm ci` without --ignore-scripts ' +
      "(it installs the project's own Node 24 into node_modules), then start this again through `npm run`.",
  );
  process.exit(1);
}
