import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const TEMPORARY = /^\..+\.tmp$/;

/** What a file is called until it is whole: hidden, and of no reader's pattern. */
export function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Makes a file that is there whole or not at all, and on the disk when this resolves; `false` where its name is taken. The temporary
 * file reserves the name: whoever holds it and then finds no file of that name is alone, in other processes too.
 */
export async function createWhole(path: string, text: string): Promise<boolean> {
  const file = await open(temporaryOf(path), 'wx').catch(unlessTaken);
  if (file === undefined) return false;
  const free = !existsSync(path);
  await finish(file, path, async () => {
    if (free) await file.writeFile(text);
    return free;
  });
  return free;
}

/** Replaces a file in one step by what `write` makes, or leaves it, where that says `false`. */
export async function replaceWhole(path: string, write: (file: FileHandle) => Promise<boolean>): Promise<void> {
  await finish(await open(temporaryOf(path), 'wx'), path, write);
}

async function finish(file: FileHandle, path: string, write: (file: FileHandle) => Promise<boolean>): Promise<void> {
  try {
    if (!(await write(file))) return await giveUp(file, path);
    await file.sync();
    await file.close();
    await rename(temporaryOf(path), path);
  } catch (error) {
    await giveUp(file, path);
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function giveUp(file: FileHandle, path: string): Promise<void> {
  await file.close();
  await rm(temporaryOf(path), { force: true });
}

/** `createWhole` at once. */
export function createWholeSync(path: string, text: string): boolean {
  const temporary = temporaryOf(path);
  let file: number | undefined;
  try {
    file = openSync(temporary, 'wx');
  } catch (error) {
    return unlessTaken(error) ?? false;
  }
  let whole = false;
  try {
    if (!existsSync(path)) {
      writeFileSync(file, text);
      fsyncSync(file);
      whole = true;
    }
  } finally {
    closeSync(file);
    if (whole) renameSync(temporary, path);
    else rmSync(temporary, { force: true });
  }
  return whole;
}

function unlessTaken(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

/** Makes a rename last. Windows has no such thing for a directory. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
