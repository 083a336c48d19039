import { Worker } from './children.mjs';

/**
 * Microseconds of CPU a request of several servers, asked in turns. `file` is the server, `taskOf(contender)` what it is
 * told. The servers have the first core, the load the second; each round asks every server for a moment.
 */
export async function liveSamples(file, taskOf, contenders, { rounds, ms, connections }) {
  const load = await Worker.start('http/load.mjs', { connections }, { core: 1 });
  const servers = {};
  for (const contender of contenders) servers[contender] = await Server.start(file, taskOf(contender));
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []]));
  // The first two rounds warm up.
  for (let round = -2; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      const microseconds = await servers[contender].costOf(() =>
        load.ask('load', { port: servers[contender].port, ms }),
      );
      if (round >= 0) samples[contender].push(microseconds);
    }
  }
  for (const server of Object.values(servers)) await server.stop();
  await load.stop();
  return samples;
}

class Server {
  static async start(file, task) {
    const server = new Server();
    server.worker = await Worker.start(file, task, { core: 0 });
    server.port = server.worker.ready.port;
    return server;
  }

  /** CPU microseconds for each request that was answered meanwhile. */
  async costOf(work) {
    const before = await this.worker.ask('usage');
    await work();
    const after = await this.worker.ask('usage');
    return (after.microseconds - before.microseconds) / (after.answered - before.answered);
  }

  async stop() {
    await this.worker.ask('check');
    await this.worker.stop();
  }
}
