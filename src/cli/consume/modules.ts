import { createRequire } from 'node:module';
import { join } from 'node:path';
import { troubleOf } from '../../events/sinks/trouble.js';
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

/**
 * A client for an address. What an address may be is the client's to say.
 * @throws {UsageError} with its reason
 */
export function clientFor<Client>(option: string, url: string, make: (url: string) => Client): Client {
  try {
    return make(url);
  } catch (error) {
    // A password must not stand in a log.
    const shown = url.replace(/^(\w+:\/\/)?.*@/, '$1***@');
    throw new UsageError(`${option} is no address: ${JSON.stringify(shown)} (${troubleOf(error).message})`);
  }
}
