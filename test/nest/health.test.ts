import 'reflect-metadata';
import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import { expect, it, vi } from 'vitest';
import { PromptheusHealthIndicator, PromptheusModule } from '../../adapters/nest/index.js';
import { createPromptheus } from '../../src/index.js';

@Controller('health')
class Health {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(PromptheusHealthIndicator) private readonly promptheus: PromptheusHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.promptheus.isHealthy(), () => this.promptheus.isHealthy('metrics')]);
  }
}

it('Terminus is told whether the metrics can be read, also where a scrape needs a password', async () => {
  const auth = { bearer: 'secret' };
  const instance = createPromptheus({ default: false, registry: false, logger: false, scrape: { auth } });
  const made = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false }), PromptheusModule.forRoot({ promptheus: instance })],
    controllers: [Health],
  }).compile();
  const app = await made.createNestApplication({ logger: false }).init();
  const up = await supertest(app.getHttpServer()).get('/health').expect(200);
  expect(up.body).toMatchObject({ status: 'ok', details: { promptheus: { status: 'up' }, metrics: { status: 'up' } } });
  vi.spyOn(instance, 'scrapeTo').mockRejectedValue(new Error('out of memory'));
  const down = await supertest(app.getHttpServer()).get('/health').expect(503);
  const told = { status: 'down', message: expect.stringContaining('out of memory') };
  expect(down.body).toMatchObject({ status: 'error', error: { promptheus: told, metrics: told } });
  await app.close();
});
