import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { ApolloDriver } from '@nestjs/apollo';
import { Injectable, Module } from '@nestjs/common';
import { Args, GraphQLModule, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom, interval, lastValueFrom, take, tap, throwError } from 'rxjs';
import supertest from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { InjectPromptheus } from '../../adapters/nest/index.js';
import type { Promptheus } from '../../src/index.js';
import { MemorySink } from '../contract/memory-sink.js';
import { decorated, instanceOfItsOwn, linesOf } from './module.js';

const counted = (type: string, name: string, outcome: string, count = 1) =>
  `operation_duration_seconds_count{operation_type="${type}",operation_name="${name}",outcome="${outcome}"} ${count}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('microservices', () => {
  @Injectable()
  class Mail {
    constructor(@InjectPromptheus() private readonly promptheus: Promptheus) {}

    @MessagePattern('greet')
    async greet(@Payload() name: string) {
      await this.promptheus.observeLlm(async () => ({ usage: { prompt_tokens: 3 } }), { model: 'small' })();
      return `hello ${name}`;
    }

    @MessagePattern('fail')
    fail() {
      throw new RpcException('no');
    }

    @MessagePattern('stream')
    stream() {
      return interval(5).pipe(
        take(3),
        tap(() => this.promptheus.trackCacheOperation('get', 'hit', 'mail')),
      );
    }

    @MessagePattern('breaks')
    breaks() {
      return throwError(() => new RpcException('broken'));
    }

    @EventPattern('sent')
    sent() {}
  }

  it('record each handler once, by its end, and the last piece of what it streams', async () => {
    const sink = new MemorySink();
    const instance = instanceOfItsOwn(sink);
    const port = await freePort();
    const made = Test.createTestingModule({ controllers: [Mail], providers: decorated(instance) });
    const options = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port } };
    const app = (await made.compile()).createNestMicroservice({ ...options, logger: false });
    await app.listen();
    const client: ClientProxy = ClientProxyFactory.create(options);
    expect(await firstValueFrom(client.send('greet', 'you'))).toBe('hello you');
    await expect(firstValueFrom(client.send('fail', {}))).rejects.toBeDefined();
    expect(await lastValueFrom(client.send('stream', {}))).toBe(2);
    await expect(lastValueFrom(client.send('breaks', {}))).rejects.toBeDefined();
    client.emit('sent', {}).subscribe();
    await vi.waitFor(async () =>
      expect((await linesOf(instance, 'operation_duration_seconds_count')).sort()).toEqual(
        [
          counted('rpc', 'Mail.greet', 'success'),
          counted('rpc', 'Mail.fail', 'error'),
          counted('rpc', 'Mail.stream', 'success'),
          counted('rpc', 'Mail.breaks', 'error'),
          counted('rpc', 'Mail.sent', 'success'),
        ].sort(),
      ),
    );
    expect(
      await linesOf(
        instance,
        'operation_duration_seconds_bucket{operation_type="rpc",operation_name="Mail.stream",outcome="success",le="0.01"} ',
      ),
    ).toEqual([expect.stringMatching(/ 0$/)]);
    const events = new Map(sink.wide.map((event) => [event.operation_name, event]));
    expect(events.get('Mail.greet')).toMatchObject({ operation_type: 'rpc', llm_calls: [{ model: 'small' }] });
    expect(events.get('Mail.fail')).toMatchObject({ outcome: 'error', error: { message: 'no' } });
    expect(events.get('Mail.stream')).toMatchObject({ outcome: 'success', cache_hits: 3 });
    expect(events.get('Mail.breaks')).toMatchObject({ outcome: 'error', error: { message: 'broken' } });
    expect(sink.wide).toHaveLength(5);
    client.close();
    await app.close();
  });
});

describe('WebSocket gateways', () => {
  @WebSocketGateway()
  class Chat {
    @SubscribeMessage('say')
    say(_client: unknown, text: string) {
      return { event: 'said', data: text };
    }
  }

  it('record each message', async () => {
    const instance = instanceOfItsOwn();
    const made = await Test.createTestingModule({ providers: [Chat, ...decorated(instance)] }).compile();
    const app = made.createNestApplication({ logger: false });
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await new Promise((resolve) => socket.once('open', resolve));
    const answer = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.send(JSON.stringify({ event: 'say', data: 'hi' }));
    expect(await answer).toBe('{"event":"said","data":"hi"}');
    socket.close();
    expect(await linesOf(instance, 'operation_duration_seconds_count')).toEqual([
      counted('websocket', 'Chat.say', 'success'),
    ]);
    await app.close();
  });
});

describe('GraphQL', () => {
  @Resolver('Ticket')
  class Tickets {
    @Query('ticket')
    async ticket(@Args('id') id: string) {
      if (id === 'none') throw new Error('none');
      return { id };
    }

    @Mutation('close')
    async close(@Args('id') id: string) {
      return { id };
    }

    @ResolveField('title')
    title(@Parent() { id }: { id: string }) {
      return `Ticket ${id}`;
    }
  }

  it('records queries and mutations, and no resolver of a field', async () => {
    const instance = instanceOfItsOwn();
    const typeDefs =
      'type Ticket { id: ID! title: String! } type Query { ticket(id: ID!): Ticket } type Mutation { close(id: ID!): Ticket }';
    const made = await Test.createTestingModule({
      imports: [GraphQLModule.forRoot({ driver: ApolloDriver, typeDefs, playground: false })],
      providers: [Tickets, ...decorated(instance)],
    }).compile();
    const app = await made.createNestApplication({ logger: false }).init();
    const ask = (query: string) => supertest(app.getHttpServer()).post('/graphql').send({ query });
    const answer = await ask('{ ticket(id: "7") { id title } }');
    expect(answer.body).toEqual({ data: { ticket: { id: '7', title: 'Ticket 7' } } });
    await ask('{ ticket(id: "none") { id } }');
    await ask('mutation { close(id: "7") { title } }');
    expect((await linesOf(instance, 'operation_duration_seconds_count')).sort()).toEqual(
      [
        counted('graphql', 'Tickets.ticket', 'success'),
        counted('graphql', 'Tickets.ticket', 'error'),
        counted('graphql', 'Tickets.close', 'success'),
      ].sort(),
    );
    await app.close();
  });
});

describe('scheduled jobs', () => {
  @Injectable()
  class Jobs {
    @Cron('0 0 1 1 *', { name: 'yearly' })
    async yearly() {}

    @Interval(5)
    often() {
      throw new Error('often');
    }

    @Timeout(1)
    late() {}
  }

  @Module({ imports: [ScheduleModule.forRoot()], providers: [Jobs] })
  class JobsModule {}

  it('record each run, whichever module declares them', async () => {
    const sink = new MemorySink();
    const instance = instanceOfItsOwn(sink);
    const made = await Test.createTestingModule({ imports: [JobsModule], providers: decorated(instance) }).compile();
    const app = await made.createNestApplication({ logger: false }).init();
    await app.get(SchedulerRegistry).getCronJob('yearly').fireOnTick();
    await vi.waitFor(async () => {
      const lines = await linesOf(instance, 'operation_duration_seconds_count');
      expect(lines).toContain(counted('scheduled', 'Jobs.yearly', 'success'));
      expect(lines).toContain(counted('scheduled', 'Jobs.late', 'success'));
      expect(lines.some((line) => line.includes('operation_name="Jobs.often",outcome="error"'))).toBe(true);
    });
    expect(sink.wide.filter((event) => event.operation_name === 'Jobs.yearly')).toMatchObject([
      { operation_type: 'scheduled', outcome: 'success' },
    ]);
    expect(sink.wide.find((event) => event.operation_name === 'Jobs.often')).toMatchObject({
      error: { message: 'often' },
    });
    await app.close();
  });
});
