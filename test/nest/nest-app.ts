import 'reflect-metadata';
import { createReadStream, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  All,
  Controller,
  Get,
  HttpCode,
  HttpException,
  type INestApplication,
  Module,
  NotFoundException,
  Param,
  Post,
  Redirect,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PromptheusModule } from '../../adapters/nest/index.js';
import { context } from '../../src/index.js';
import { filledReadable } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';

export type Platform = 'express' | 'fastify';

/** Which Nest the tests run on (vitest.config.ts). */
const MAJOR = Number(process.env.NEST_MAJOR ?? 12);

// biome-ignore lint/suspicious/noExplicitAny: the platforms' own requests and responses.
type Any = any;

const file = join(mkdtempSync(join(tmpdir(), 'promptheus-static-')), 'hello.txt');
writeFileSync(file, 'hello');

/** Nest's own, on either platform: a path that a controller does not know is answered by a filter. */
const DIFFERS: NonNullable<HttpHarness['differs']> = {
  // No handler of Nest has a path by expression, or passes on to another.
  'a regular expression': false,
  'routes that pass on to none': false,
  'routes that pass on to another': false,
  // Files are sent by a handler here; those of a platform's middleware are its adapter's matter.
  'static files': ['/static/:name', 200],
  'static files under a param': ['/t/:org/files/:name', 200],
  'a static file that is not there': ['/static/:name', 404],
  OPTIONS: ['unmatched', 404],
};

export function nestHarness(platform: Platform): HttpHarness {
  return {
    name: `Nest on ${platform}`,
    part: platform,
    catchesRejections: true,
    // Fastify 4, which Nest 10 stands on, knows no further methods.
    differs: platform === 'fastify' && MAJOR === 10 ? { ...DIFFERS, 'an unknown method': ['unmatched', 404] } : DIFFERS,
    async start(options) {
      const app = await application(platform, options);
      await app.listen(0, '127.0.0.1');
      const server = app.getHttpServer();
      return {
        port: (server.address() as AddressInfo).port,
        async close() {
          const closed = app.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}

async function application(platform: Platform, options: AdapterOptions): Promise<INestApplication> {
  @Module({
    // Twice, as an application with a module that brings it, too.
    imports: [PromptheusModule.forRoot(options as Any), PromptheusModule.forRoot(options as Any)],
    controllers: [Plain, Users, Deep, Bodies, Failures, restOf(platform === 'express' && MAJOR > 10 ? '*splat' : '*')],
  })
  class App {}
  // The application reads its bodies itself.
  const app = await NestFactory.create(App, adapterOf(platform), { logger: false, bodyParser: false });
  if (platform === 'fastify') {
    const fastify: Any = app.getHttpAdapter().getInstance();
    fastify.addHttpMethod?.('PURGE');
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request: Any, payload: Any, done: Any) => done(null, payload));
  }
  return app;
}

function adapterOf(platform: Platform): Any {
  if (platform === 'express') return new ExpressAdapter();
  // Paths as Express takes them: in any case, and of any length.
  const routerOptions = { caseSensitive: false, maxParamLength: 10_000 };
  return new FastifyAdapter((MAJOR === 10 ? routerOptions : { routerOptions }) as Any);
}

/** Node's own response, and that the platform leaves it to us. */
function rawOf(reply: Any): ServerResponse {
  reply.hijack?.();
  return reply.raw ?? reply;
}

function sent(name: string): StreamableFile {
  if (name !== 'hello.txt' || !existsSync(file)) throw new NotFoundException();
  return new StreamableFile(createReadStream(file), { type: 'text/plain' });
}

@Controller()
class Plain {
  @Get('plain')
  plain() {
    return 'ok';
  }

  @Get('Users/:id')
  user() {
    return 'ok';
  }

  @All('any')
  @HttpCode(200)
  any() {
    return 'ok';
  }

  @Get(['one/:a', 'two/:b', 'three'])
  several() {
    return 'ok';
  }

  @Get('works/:id')
  works(@Param('id') id: string) {
    return work(id);
  }

  @Get('id')
  async id() {
    await new Promise((resolve) => setImmediate(resolve));
    return { tenant: context.current().tenant, id: context.correlationId() };
  }

  @Get('static/:name')
  file(@Param('name') name: string) {
    return sent(name);
  }

  @Get('t/:org/files/:name')
  fileOf(@Param('name') name: string) {
    return sent(name);
  }
}

@Controller(['t/:org/api/users', 'first', 'second', 'left/:side', 'right'])
class Users {
  @Get()
  index() {
    return 'ok';
  }

  @Get('boom/now')
  boom() {
    throw new Error('boom');
  }

  @Get(':id')
  one() {
    return 'ok';
  }
}

@Controller('sub/:version')
class Deep {
  @Get('deep/:id')
  deep() {
    return 'ok';
  }
}

@Controller()
class Bodies {
  @Post('upload')
  @HttpCode(200)
  async upload(@Req() request: Any) {
    let bytes = 0;
    for await (const chunk of (request.raw ?? request) as IncomingMessage) bytes += chunk.length;
    return String(bytes);
  }

  @Get('chunks')
  chunks(@Res() reply: Any) {
    const response = rawOf(reply);
    response.write('a'.repeat(500));
    response.write(Buffer.alloc(250));
    response.end('é'.repeat(125));
  }

  @Get('sends')
  sends() {
    return sent('hello.txt');
  }

  @Get('moved')
  @Redirect('/plain', 302)
  moved() {}

  @Get(['events', 'live/:id'])
  events(@Res() reply: Any) {
    const response = rawOf(reply);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let count = 0;
    const timer = setInterval(() => {
      response.write('data: 1\n\n');
      if (++count === 20) response.end();
    }, 100);
    response.on('close', () => clearInterval(timer));
  }

  @Get('filled/:body')
  filled(@Param('body') body: string) {
    return new StreamableFile(filledReadable(body));
  }

  @Get('fills')
  fills(@Res() reply: Any) {
    const response = rawOf(reply);
    response.write('x'.repeat(1_000));
    // In a tick of its own: what is written in one tick leaves in one piece.
    setTimeout(() => response.write(Buffer.alloc(200_000_000)), 20);
  }
}

@Controller()
class Failures {
  @Get('throws/:id')
  throws() {
    throw new Error('thrown');
  }

  @Get('hands/:id')
  hands() {
    throw new HttpException('handed', 503);
  }

  @Get('rejects')
  async rejects() {
    await Promise.resolve();
    throw new Error('rejected');
  }

  @Get('rejects/alone')
  async rejectsAlone() {
    await Promise.resolve();
    throw new Error('rejected');
  }

  @Get('never')
  never(@Res() reply: Any) {
    rawOf(reply);
  }

  @Get('breaks')
  breaks(@Res() reply: Any) {
    const response = rawOf(reply);
    response.write('half');
    setImmediate(() => response.destroy());
  }
}

/** Express 5 wants a name for what a wildcard matches. */
function restOf(wildcard: '*' | '*splat') {
  @Controller('rest')
  class Rest {
    @Get(wildcard)
    rest() {
      return 'rest';
    }
  }
  return Rest;
}
