import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UsageError } from '../command.js';

/**
 * An adapter of this package. Nothing under `src` imports `adapters`: the library has to stand without any of them. The
 * command is one of their users, like an application, and loads the one that it is told to use when it is told so, from
 * the build that it is a part of. What it needs of it is described by the caller.
 */
export async function loadAdapter<Adapter>(name: 'kafka' | 'redis' | 'mongodb' | 'sqlite'): Promise<Adapter> {
  return (await import(`../../../adapters/${name}/index.js`)) as Adapter;
}

/**
 * A client that the user has installed, in the version that the project has.
 * @throws {UsageError} when it is not
 */
export function loadClient<Client>(name: string): Client {
  const project = createRequire(join(process.cwd(), 'package.json'));
  let file: string;
  try {
    file = project.resolve(name);
  } catch {
    throw new UsageError(`the package ${name} is not installed in ${process.cwd()}: npm install ${name}`);
  }
  return project(file) as Client;
}
