import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

/**
 * The file of the function that calls this, which is the module `of`: 'events/sinks/jsonl'. `import.meta` is no word of the
 * CommonJS build and `__filename` none of the ESM build, so the stack is asked. `undefined` where a bundler has put the module
 * into a file of another name: a thread that loaded that one would start the application once more.
 */
export function ownFile(of: string): string | undefined {
  const [, caller] = getCallSites(2, { sourceMap: false });
  const name = caller?.scriptName ?? '';
  const path = name.startsWith('file:') ? fileURLToPath(name) : name;
  return path
    .replaceAll('\\', '/')
    .replace(/\.[cm]?[jt]s$/, '')
    .endsWith(`/${of}`)
    ? path
    : undefined;
}
