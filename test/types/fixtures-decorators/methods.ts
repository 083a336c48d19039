import { Counted, ObserveHttp, ObserveLlm, ObserveQuery, ObserveVectorSearch, ObserveWorker, Timed } from '../../../src/decorators/index.js';

/** Compiled twice, as standard and as experimental decorators; see test/unit/decorators. */
export class Desk {
  private readonly name = 'desk';

  @ObserveLlm({ provider: 'openai', model: 'gpt-4o' })
  async answer(question: { companyId: string }) {
    return { by: this.name, to: question.companyId, usage: { prompt_tokens: 12, completion_tokens: 30 } };
  }

  @ObserveVectorSearch()
  async similar(_query: { companyId: string; collectionName: string }) {
    return ['a', 'b'];
  }

  @ObserveQuery('ticket_by_id', { tenant: 'acme' })
  byId(id: number) {
    return { id };
  }

  @ObserveWorker('summarise')
  async summarise() {
    throw new RangeError('too long');
  }

  @ObserveHttp('ingest', { method: 'POST', tenant: 'acme' })
  async ingest(_input: object) {
    return 'done';
  }

  @Timed('import_seconds')
  @Counted('imports_total')
  async import(fails: boolean, _b?: string, _c = 1) {
    if (fails) throw new Error('no');
    return 1;
  }

  @ObserveLlm({ provider: 'openai', model: 'gpt-4o', tenant: 'acme' })
  async *stream() {
    yield 'a';
    yield 'b';
  }

  @Counted('statics_total')
  static make() {
    return new Desk();
  }
}

/** The types of decorated methods are those that were written. */
export const typed: (desk: Desk) => [Promise<{ by: string }>, Promise<string[]>, { id: number }] = (desk) => [
  desk.answer({ companyId: 'acme' }),
  desk.similar({ companyId: 'acme', collectionName: 'tickets' }),
  desk.byId(1),
];
