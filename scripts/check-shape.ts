// No file over 300 lines, no function over 60 (tests: files only, since a `describe` is one function). An exception
// stands in docs/decisions as a line `Long: path` or `Long: path#function`, with the reason beside it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { filesIn, root } from './project.ts';

const MAX_FILE = 300;
const MAX_FUNCTION = 60;
const ENDINGS = ['.ts', '.mjs', '.cjs'];

function exceptions(): Set<string> {
  const texts = filesIn('docs/decisions', ['.md']).map((path) => readFileSync(join(root, path), 'utf8'));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/^\W*Long: `?([^`\s]+)`?/gm)].map((match) => match[1] ?? '')),
  );
}

function longFunctions(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const lines = source.getLineAndCharacterOfPosition(node.end).line - first + 1;
      const holder = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
      if (lines > MAX_FUNCTION) found.push(`${path}#${holder?.getText() ?? `line ${first + 1}`} has ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const folders = ['src', 'adapters', 'scripts', 'examples', 'bench', 'test'].filter((path) =>
  existsSync(join(root, path)),
);
const allowed = exceptions();
const problems: string[] = [];
for (const path of folders.flatMap((folder) => filesIn(folder, ENDINGS))) {
  const text = readFileSync(join(root, path), 'utf8');
  const lines = text.split('\n').length - 1;
  if (lines > MAX_FILE) problems.push(`${path} has ${lines} lines`);
  if (!path.startsWith('test/')) problems.push(...longFunctions(path, text));
}

const open = problems.filter((problem) => !allowed.has(problem.split(' ')[0] ?? ''));
for (const problem of open)
  console.error(`${problem}; the limits are ${MAX_FILE} for a file, ${MAX_FUNCTION} for a function`);
console.log(`shape: ${open.length} too long, ${problems.length - open.length} excepted`);
process.exitCode = open.length === 0 ? 0 : 1;
