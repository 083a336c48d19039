// Holds the sources to .dependency-cruiser.cjs, and the tool to its work: it has to read every source file, and to
// find, in a tree of offences, at least one for each rule.
import { join } from 'node:path';
import { filesIn, root, run, tool } from './project.ts';

const CONFIG = join(root, '.dependency-cruiser.cjs');
const CANARY = 'test/unit/scripts/fixtures/forbidden-imports';

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string; readonly comment: string }[] };
  };
}

async function cruise(folder: string): Promise<Cruise> {
  const { output } = await run(
    tool('depcruise'),
    ['--config', CONFIG, '--output-type', 'json', 'src', 'adapters'],
    join(root, folder),
  );
  return JSON.parse(output.slice(output.indexOf('{')));
}

function ownModules({ modules }: Cruise): string[] {
  return modules.map(({ source }) => source).filter((source) => /^(src|adapters)\//.test(source));
}

const [real, canary] = await Promise.all([cruise('.'), cruise(CANARY)]);
const problems = real.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} imports ${to}`);

const sources = [...filesIn('src', ['.ts']), ...filesIn('adapters', ['.ts'])];
const read = new Set(ownModules(real));
const unread = sources.filter((path) => !read.has(path));
if (unread.length > 0) problems.push(`${unread.length} source files were not read, such as ${unread[0]}`);

const found = new Set(canary.summary.violations.map(({ rule }) => rule.name));
for (const { name } of canary.summary.ruleSetUsed.forbidden) {
  if (!found.has(name)) problems.push(`the rule ${name} does not find the offence that ${CANARY} holds`);
}

for (const problem of problems) console.error(problem);
console.log(
  `imports: ${read.size} of ${sources.length} source files read, ${found.size} rules alive, ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
