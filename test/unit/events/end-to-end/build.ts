import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const load = (file: string): Promise<unknown> => import(pathToFileURL(resolve('dist/esm', file)).href);

/** The thread is a file of the build, so that is what these tests run. */
export const { createPromptheus, jsonlSink, memorySink } = (await load(
  'src/index.js',
)) as typeof import('../../../../src/index.js');
export const { expressMetrics } = (await load(
  'adapters/express/index.js',
)) as typeof import('../../../../adapters/express/index.js');
