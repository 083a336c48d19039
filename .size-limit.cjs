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
  entry('promptheus', 'dist/esm/src/index.js', '300.5 kB'),
  entry('promptheus/decorators', 'dist/esm/src/decorators/index.js', '20.5 kB'),
  entry('promptheus/adapter', 'dist/esm/src/adapter.js', '296 kB'),
  entry('promptheus/ai-sdk', 'dist/esm/adapters/ai-sdk/index.js', '22.5 kB'),
  entry('promptheus/anthropic', 'dist/esm/adapters/anthropic/index.js', '31 kB'),
  entry('promptheus/bedrock', 'dist/esm/adapters/bedrock/index.js', '33.5 kB'),
  entry('promptheus/chroma', 'dist/esm/adapters/chroma/index.js', '24 kB'),
  entry('promptheus/express', 'dist/esm/adapters/express/index.js', '300.5 kB'),
  entry('promptheus/fastify', 'dist/esm/adapters/fastify/index.js', '298 kB'),
  entry('promptheus/google-genai', 'dist/esm/adapters/google-genai/index.js', '31 kB'),
  entry('promptheus/hono', 'dist/esm/adapters/hono/index.js', '299 kB'),
  entry('promptheus/koa', 'dist/esm/adapters/koa/index.js', '299 kB'),
  entry('promptheus/lancedb', 'dist/esm/adapters/lancedb/index.js', '15 kB'),
  entry('promptheus/langchain', 'dist/esm/adapters/langchain/index.js', '19.5 kB'),
  entry('promptheus/milvus', 'dist/esm/adapters/milvus/index.js', '13 kB'),
  entry('promptheus/nest', 'dist/esm/adapters/nest/index.js', '314.5 kB'),
  entry('promptheus/node', 'dist/esm/adapters/node/index.js', '297 kB'),
  entry('promptheus/openai', 'dist/esm/adapters/openai/index.js', '36.5 kB'),
  entry('promptheus/pgvector', 'dist/esm/adapters/pgvector/index.js', '18.5 kB'),
  entry('promptheus/pinecone', 'dist/esm/adapters/pinecone/index.js', '15 kB'),
  entry('promptheus/qdrant', 'dist/esm/adapters/qdrant/index.js', '16 kB'),
  entry('promptheus/redis-search', 'dist/esm/adapters/redis-search/index.js', '13.5 kB'),
  entry('promptheus/undici', 'dist/esm/adapters/undici/index.js', '150 kB'),
  entry('promptheus/weaviate', 'dist/esm/adapters/weaviate/index.js', '13 kB'),
  entry('promptheus/kafka', 'dist/esm/adapters/kafka/index.js', '10.5 kB'),
  entry('promptheus/mongodb', 'dist/esm/adapters/mongodb/index.js', '5.5 kB'),
  entry('promptheus/opentelemetry', 'dist/esm/adapters/opentelemetry/index.js', '5.5 kB'),
  entry('promptheus/redis', 'dist/esm/adapters/redis/index.js', '10 kB'),
  entry('promptheus/sqlite', 'dist/esm/adapters/sqlite/index.js', '9 kB'),
];
