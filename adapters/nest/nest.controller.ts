import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { type AdapterInstance, exchangeOf } from '../../src/adapter.js';
import { PROMPTHEUS_INSTANCE } from './nest.tokens.js';

/** The platform's own request and response, or what Fastify makes of them. */
interface Wrapped<R> {
  readonly raw?: R;
}

type NestReply = (ServerResponse | { hijack(): unknown }) & Wrapped<ServerResponse>;

/** A controller that answers the scrape as any route of the application is answered: with its guards and prefix. */
export function metricsController(path: string): Type<unknown> {
  class PromptheusController {
    constructor(private readonly instance: AdapterInstance) {}

    async scrape(request: IncomingMessage & Wrapped<IncomingMessage>, reply: NestReply): Promise<void> {
      const asked = request.raw ?? request;
      const response = reply.raw ?? (reply as ServerResponse);
      if ('hijack' in reply) reply.hijack();
      // A scrape is no request of the application.
      exchangeOf(response)?.leaveOut();
      const { method, headers, socket } = asked;
      const answer = await this.instance.scrape({ method, headers, remoteAddress: socket.remoteAddress });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  }
  const { prototype } = PromptheusController;
  Req()(prototype, 'scrape', 0);
  Res()(prototype, 'scrape', 1);
  Get()(prototype, 'scrape', Object.getOwnPropertyDescriptor(prototype, 'scrape') as PropertyDescriptor);
  Inject(PROMPTHEUS_INSTANCE)(PromptheusController, undefined, 0);
  Controller({ path, version: VERSION_NEUTRAL })(PromptheusController);
  return PromptheusController;
}
