import 'reflect-metadata';
import { Controller, Get, type INestApplication, Inject, Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import {
  InjectCounter,
  InjectGauge,
  InjectHistogram,
  InjectPromptheus,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
} from '../../adapters/nest/nest.inject.js';
import { Counted, ObserveLlm, ObserveVectorSearch, Timed } from '../../src/decorators/index.js';
import { type Counter, createPromptheus, type Gauge, type Histogram, type Promptheus } from '../../src/index.js';
import { decorated, instanceOfItsOwn, linesOf } from './module.js';

class Base {
  @Counted('inherited_total')
  inherited() {}

  @Counted('overridden_total')
  overridden() {}
}

@Injectable()
class Answers extends Base {
  @ObserveLlm({ provider: 'openai', model: 'gpt-4o' })
  async answer() {
    return { usage: { prompt_tokens: 3, completion_tokens: 4 } };
  }

  override overridden() {}
}

@Injectable()
class Tickets {
  @ObserveVectorSearch({ collection: 'tickets' })
  async similar() {
    return [1, 2];
  }
}

@Injectable({ scope: Scope.REQUEST })
class Visits {
  @Counted('visits_total')
  visit() {
    return 'visited';
  }
}

@Controller('desk')
class Desk {
  constructor(
    @Inject(Answers) readonly answers: Answers,
    @Inject(Tickets) readonly tickets: Tickets,
  ) {}

  @Get()
  @Timed('desk_seconds')
  async ask() {
    await this.tickets.similar();
    return (await this.answers.answer()).usage;
  }
}

@Controller('visits')
class VisitsController {
  constructor(@Inject(Visits) readonly visits: Visits) {}

  @Get()
  visit() {
    return this.visits.visit();
  }
}

async function application(instance: Promptheus): Promise<INestApplication> {
  const made = Test.createTestingModule({
    controllers: [Desk, VisitsController],
    providers: [Answers, Tickets, Visits, ...decorated(instance)],
  });
  return (await made.compile()).createNestApplication({ logger: false }).init();
}

describe('decorated methods', () => {
  it('record into the instance of their module, and once', async () => {
    const byDefault = createPromptheus({ registry: false, logger: false });
    const instance = instanceOfItsOwn();
    const app = await application(instance);
    await supertest(app.getHttpServer()).get('/desk').expect(200);
    const desk = app.get(Answers);
    desk.inherited();
    desk.overridden();
    expect(await linesOf(instance, 'llm_requests_total{')).toEqual([
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="unknown",status="success"} 1',
    ]);
    expect(await linesOf(instance, 'vector_search_results_count_sum')).toEqual([
      'vector_search_results_count_sum{company_id="unknown",collection="tickets"} 2',
    ]);
    expect(await linesOf(instance, 'desk_seconds_count')).toEqual(['desk_seconds_count{outcome="success"} 1']);
    expect(await linesOf(instance, 'inherited_total')).toEqual(['inherited_total{outcome="success"} 1']);
    expect(await linesOf(instance, 'overridden_total')).toEqual([]);
    expect(await linesOf(byDefault, 'llm_requests_total{')).toEqual([]);
    await app.close();
    await byDefault.stop();
  });

  it('of providers that are made for each request, too', async () => {
    const instance = instanceOfItsOwn();
    const app = await application(instance);
    for (let n = 0; n < 2; n++) await supertest(app.getHttpServer()).get('/visits').expect(200);
    expect(await linesOf(instance, 'visits_total')).toEqual(['visits_total{outcome="success"} 2']);
    await app.close();
  });

  it('of one class in two applications record into that of their own; where they are made for each request, a warning says which', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const [one, other] = [instanceOfItsOwn(), instanceOfItsOwn()];
    const [first, second] = [await application(one), await application(other)];
    await supertest(first.getHttpServer()).get('/desk').expect(200);
    for (let n = 0; n < 2; n++) await supertest(second.getHttpServer()).get('/desk').expect(200);
    expect(await linesOf(one, 'desk_seconds_count')).toEqual(['desk_seconds_count{outcome="success"} 1']);
    expect(await linesOf(other, 'desk_seconds_count')).toEqual(['desk_seconds_count{outcome="success"} 2']);
    const messages = warned.mock.calls
      .map(([message]) => String(message))
      .filter((message) => message.includes('Visits'));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/^Visits\.visit belongs to a provider/);
    warned.mockRestore();
    await Promise.all([first.close(), second.close()]);
  });
});

describe('injected families', () => {
  @Injectable()
  class Queue {
    constructor(
      @InjectCounter('tickets_total') readonly tickets: Counter<['queue']>,
      @InjectHistogram('ticket_age_seconds') readonly ages: Histogram<[]>,
      @InjectGauge('tickets_open') readonly open: Gauge<[]>,
      @InjectPromptheus() readonly promptheus: Promptheus,
    ) {}
  }
  const families = () => [
    makeCounterProvider({ name: 'tickets_total', help: 'Tickets.', labelNames: ['queue'] }),
    makeHistogramProvider({ name: 'ticket_age_seconds', help: 'Ages.', buckets: [1, 60] }),
    makeGaugeProvider({ name: 'tickets_open', help: 'Open.' }),
  ];

  it('are those of the instance, however often the module is made', async () => {
    const instance = instanceOfItsOwn();
    for (let made = 0; made < 2; made++) {
      const module = await Test.createTestingModule({
        providers: [Queue, ...families(), ...decorated(instance)],
      }).compile();
      const queue = module.get(Queue);
      expect(queue.promptheus).toBe(instance);
      queue.tickets.labels('mail').inc();
      queue.ages.observe({}, 30);
      queue.open.set({}, 7);
      await module.close();
    }
    expect(await linesOf(instance, 'tickets_total{')).toEqual(['tickets_total{queue="mail"} 2']);
    expect(await linesOf(instance, 'ticket_age_seconds_count')).toEqual(['ticket_age_seconds_count 2']);
    expect(await linesOf(instance, 'tickets_open')).toEqual(['tickets_open 7']);
  });

  it('that nobody provides are named in the error', async () => {
    const made = Test.createTestingModule({ providers: [Queue, ...decorated(instanceOfItsOwn())] });
    await expect(made.compile()).rejects.toThrow(/promptheus:family:tickets_total/);
  });

  it('that two define in different ways fail when the application is made', async () => {
    const providers = [
      makeCounterProvider({ name: 'tickets_total', help: 'Tickets.' }),
      { ...makeGaugeProvider({ name: 'tickets_total', help: 'Tickets.' }), provide: 'another' },
    ];
    const made = Test.createTestingModule({ providers: [...providers, ...decorated(instanceOfItsOwn())] });
    await expect(made.compile()).rejects.toMatchObject({
      code: expect.stringMatching(/FAMILY_CONFLICT|NAME_CLASH|INVALID_NAME/),
    });
  });
});
