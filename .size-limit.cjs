'use strict';

// What a bundler adds to a program that imports an entry: minified, peers and node: left out. A framework that slips in
// shows here first. Limits are a fifth above what was measured; raise one on purpose only.
const { peerDependencies } = require('./package.json');

const entry = (name, path, limit) => ({
  name,
  path,
  limit,
  ignore: Object.keys(peerDependencies),
  gzip: false,
  brotli: false,
  modifyEsbuildConfig: (config) => ({ ...config, platform: 'node', minify: true }),
});

module.exports = [
  entry('promptheus', 'dist/esm/src/index.js', '101 kB'),
  entry('promptheus/decorators', 'dist/esm/src/decorators/index.js', '15.5 kB'),
  entry('promptheus/adapter', 'dist/esm/src/adapter.js', '100 kB'),
  entry('promptheus/bedrock', 'dist/esm/adapters/bedrock/index.js', '28 kB'),
  entry('promptheus/express', 'dist/esm/adapters/express/index.js', '108 kB'),
  entry('promptheus/google-genai', 'dist/esm/adapters/google-genai/index.js', '25 kB'),
];
