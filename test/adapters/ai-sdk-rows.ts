import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const FOLDER = 'test/matrix/ai-sdk';
const INSTALL = `npm ci --prefix ${FOLDER}`;

/** What the tests use of `ai`; the majors' own types differ. */
export interface Ai {
  generateText(options: object): Promise<Record<string, unknown>>;
  streamText(options: object): { readonly fullStream: AsyncIterable<Part>; readonly textStream: AsyncIterable<string> };
  embedMany(options: object): Promise<Record<string, unknown>>;
  embed(options: object): Promise<Record<string, unknown>>;
  wrapLanguageModel(options: object): object;
  wrapEmbeddingModel?(options: object): object;
  jsonSchema(schema: object): object;
  tool(options: object): object;
}

export interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** `@ai-sdk/openai-compatible`. */
export interface OpenAiCompatible {
  createOpenAICompatible(options: object): {
    chatModel(model: string): object;
    textEmbeddingModel(model: string): object;
  };
}

export interface AiMajor {
  readonly major: number;
  readonly ai: Ai;
  readonly openAi: OpenAiCompatible;
}

const PROVIDERS: Readonly<Record<number, number>> = { 5: 1, 6: 2, 7: 3 };

/** Tests each major of `ai` that is installed, with the provider package that belongs to it. */
export function onEveryAi(tests: (load: () => Promise<AiMajor>, major: number) => void): void {
  for (const major of Object.keys(PROVIDERS).map(Number)) {
    const installed = existsSync(join(FOLDER, 'node_modules', `ai-${major}`));
    describe.skipIf(!installed)(`ai ${major}${installed ? '' : ` (not installed: ${INSTALL})`}`, () => {
      if (installed) tests(() => load(major), major);
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`ai ${major} is installed where CI runs (${INSTALL})`, () => expect(installed).toBe(true));
  }
}

async function load(major: number): Promise<AiMajor> {
  const require = createRequire(resolve(FOLDER, 'package.json'));
  const module = (name: string) => import(pathToFileURL(require.resolve(name)).href);
  return {
    major,
    ai: (await module(`ai-${major}`)) as Ai,
    openAi: (await module(`@ai-sdk/openai-compatible-${PROVIDERS[major]}`)) as OpenAiCompatible,
  };
}
