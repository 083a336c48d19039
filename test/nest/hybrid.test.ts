import 'reflect-metadata';
import { type AddressInfo, createServer } from 'node:net';
import { Controller, Get, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import supertest from 'supertest';
import { expect, it } from 'vitest';
import { PromptheusModule } from '../../adapters/nest/index.js';
import { counted, expectRequests } from '../contract/http-harness.js';
import { instanceOfItsOwn, linesOf } from './module.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const CLIENT = 'client';

@Controller('desk')
class Desk {
  constructor(@Inject(CLIENT) readonly client: ClientProxy) {}

  @Get(':name')
  async greet() {
    return firstValueFrom(this.client.send('greet', 'you'));
  }

  @MessagePattern('greet')
  async answer(name: string) {
    return `hello ${name}`;
  }
}

it('a hybrid application counts its requests and its messages, each as what it is', async () => {
  const instance = instanceOfItsOwn();
  const options = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: await freePort() } };
  const client = ClientProxyFactory.create(options);
  const made = await Test.createTestingModule({
    imports: [PromptheusModule.forRoot({ promptheus: instance })],
    controllers: [Desk],
    providers: [{ provide: CLIENT, useValue: client }],
  }).compile();
  const app = made.createNestApplication({ logger: false });
  app.connectMicroservice(options);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const { text } = await supertest(app.getHttpServer()).get('/desk/me').expect(200);
  expect(text).toBe('hello you');
  await expectRequests(instance, counted('GET', '/desk/:name', 200));
  expect(await linesOf(instance, 'operation_duration_seconds_count')).toEqual([
    'operation_duration_seconds_count{operation_type="rpc",operation_name="Desk.answer",outcome="success"} 1',
  ]);
  client.close();
  await app.close();
});

it('an application of messages alone, as NestFactory makes it, counts them', async () => {
  const instance = instanceOfItsOwn();
  const options = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: await freePort() } };
  const client = ClientProxyFactory.create(options);
  class Root {}
  const root = {
    module: Root,
    imports: [PromptheusModule.forRoot({ promptheus: instance })],
    controllers: [Desk],
    providers: [{ provide: CLIENT, useValue: client }],
  };
  const app = await NestFactory.createMicroservice(root, { ...options, logger: false, abortOnError: false });
  await app.listen();
  expect(await firstValueFrom(client.send('greet', 'you'))).toBe('hello you');
  expect(await linesOf(instance, 'operation_duration_seconds_count')).toEqual([
    'operation_duration_seconds_count{operation_type="rpc",operation_name="Desk.answer",outcome="success"} 1',
  ]);
  client.close();
  await app.close();
});
