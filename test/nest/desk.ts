import 'reflect-metadata';
import {
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  Post,
  RequestTimeoutException,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { catchError, throwError, timeout } from 'rxjs';
import supertest from 'supertest';
import { afterEach } from 'vitest';

export const opened: INestApplication[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

export type Platform = 'express' | 'fastify';

/** An application on a platform, which is closed after its test. */
export async function started(
  platform: Platform,
  metadata:
    | { imports?: Array<DynamicModule | (new () => unknown)>; controllers?: never[]; providers?: never[] }
    | object,
  prepare: (app: INestApplication) => void = () => {},
): Promise<INestApplication> {
  const made = await Test.createTestingModule(metadata).compile();
  const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = made.createNestApplication(adapter as never, { logger: false });
  prepare(app);
  opened.push(app);
  await app.init();
  if (platform === 'fastify') await app.getHttpAdapter().getInstance().ready();
  return app;
}

export const ask = (app: INestApplication) => supertest(app.getHttpServer());

@Injectable()
export class Refusing implements CanActivate {
  canActivate() {
    return false;
  }
}

@Injectable()
class TimingOut implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      timeout(5),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
}

class Teapot extends Error {}

@Catch(Teapot)
class TeapotFilter implements ExceptionFilter {
  catch(_error: Teapot, host: ArgumentsHost) {
    const reply = host.switchToHttp().getResponse();
    if (typeof reply.code === 'function') reply.code(418).send('teapot');
    else reply.status(418).send('teapot');
  }
}

@Controller('desk')
export class Desk {
  @Get('guarded/:id')
  @UseGuards(Refusing)
  guarded() {}

  @Get('number/:id')
  number(@Param('id', ParseIntPipe) id: number) {
    return String(id);
  }

  @Get('teapot')
  @UseFilters(TeapotFilter)
  teapot() {
    throw new Teapot();
  }

  @Get('slow/:id')
  @UseInterceptors(TimingOut)
  slow() {
    return new Promise((resolve) => setTimeout(resolve, 500));
  }

  @Post('parsed')
  parsed() {
    return 'parsed';
  }

  @Get('bad')
  bad() {
    throw new BadRequestException();
  }
}
