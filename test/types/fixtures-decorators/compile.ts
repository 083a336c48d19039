import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../../..');

export type DecoratorMode = 'standard' | 'experimental';

/** Compiles a fixture of this folder with the sources that it imports; gives the diagnostics, one a line. */
export function compileFixture(name: string, mode: DecoratorMode, outDir: string): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const fixture = join(import.meta.dirname, name);
  const program = ts.createProgram([fixture], {
    ...options,
    noEmit: false,
    declaration: false,
    rootDir: ROOT,
    outDir,
    experimentalDecorators: mode === 'experimental',
  });
  const { diagnostics } = program.emit();
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map((each) => {
    const at = each.file?.getLineAndCharacterOfPosition(each.start ?? 0).line;
    return `${each.file?.fileName ?? ''}:${at === undefined ? '' : at + 1} ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`;
  });
}
