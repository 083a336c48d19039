import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** An empty project with nothing in it but the packed tarball, as a user's would be. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'promptheus-consumer-'));

  constructor() {
    if (!existsSync(join(root, 'dist'))) throw new Error('There is no dist to pack: run `npm run build` first.');
    const npm = (...args: string[]) => execFileSync('npm', args, { cwd: this.folder, stdio: 'pipe' });
    this.write('package.json', '{ "name": "consumer", "private": true }');
    // The build that `npm test` has just made is the one to pack; prepack would make it again.
    npm('pack', root, '--ignore-scripts', '--silent');
    const tarball = readdirSync(this.folder).find((name) => name.endsWith('.tgz')) ?? '';
    npm('install', `./${tarball}`, '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--silent');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Makes a package of the project's own node_modules, or of another, visible here. */
  link(name: string, from = join(root, 'node_modules')): void {
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(from, name), place);
  }

  /** Runs a program here; its output, and its exit code. */
  run(command: string, args: readonly string[]): { code: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8' });
    return { code: status, output: stdout + stderr };
  }

  /** Runs a script of this text under the Node that runs the tests. */
  node(file: string, text: string): { code: number | null; output: string } {
    this.write(file, text);
    return this.run(process.execPath, [file]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
