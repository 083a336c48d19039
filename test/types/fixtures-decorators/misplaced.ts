import { Counted, ObserveHttp, ObserveLlm, ObserveQuery, ObserveVectorSearch, ObserveWorker, Timed } from '../../../src/decorators/index.js';

/** Each line below a mark must fail to compile, in both decorator modes. */
export class Misplaced {
  // @ts-expect-error a field
  @ObserveLlm({ provider: 'openai' })
  field = 1;

  // @ts-expect-error a field that holds a function
  @ObserveHttp('ingest')
  handler = () => 1;

  // @ts-expect-error a field
  @Timed('a_seconds')
  private readonly timed: string = 'x';

  // @ts-expect-error a static field
  @Counted('statics_total')
  static count = 0;

  // @ts-expect-error a getter
  @ObserveVectorSearch()
  get rows(): number {
    return 1;
  }

  // @ts-expect-error a setter
  @ObserveQuery('select')
  set query(_value: string) {}
}

// @ts-expect-error a class
@ObserveWorker('summarise')
export class Worker {}
