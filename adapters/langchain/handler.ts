import { AsyncLocalStorage } from 'node:async_hooks';
import {
  availableInstruments,
  type Instruments,
  type LlmCallFacts,
  type OnInstance,
  property,
  safely,
} from '../../src/adapter.js';
import { assertOptions } from '../shared/ai/options.js';
import { outcomeOf } from '../shared/ai/outcome.js';
import { ModelRun, PART } from './model-run.js';
import { OpenRuns } from './open-runs.js';
import { modelFacts } from './result-reader.js';
import { RetrieverRun, retrieverFacts } from './retriever-run.js';

/** What LangChain gives when a model begins: `(model, input, runId, parentRunId, extra, tags, metadata)`. */
type ModelStart = [unknown, unknown, string, unknown?, unknown?, unknown?, unknown?, ...unknown[]];
/** What it gives when a retriever begins: `(retriever, query, runId, parentRunId, tags, metadata)`. */
type RetrieverStart = [unknown, unknown, string, unknown?, unknown?, unknown?, ...unknown[]];
type RunEnd = [unknown, string, ...unknown[]];

/** A handler for the `callbacks` of LangChain. */
export interface LangchainHandler {
  readonly name: string;
  readonly awaitHandlers: boolean;
  readonly raiseError: boolean;
  readonly ignoreChain: boolean;
  readonly ignoreAgent: boolean;
  readonly ignoreCustomEvent: boolean;
  copy(): LangchainHandler;
  handleChatModelStart(...start: ModelStart): void;
  handleLLMStart(...start: ModelStart): void;
  handleLLMNewToken(...token: [unknown, unknown, string, unknown?, unknown?, unknown?]): void;
  handleLLMEnd(...end: [unknown, string, unknown?, unknown?, unknown?]): void;
  handleLLMError(...error: RunEnd): void;
  handleRetrieverStart(...start: RetrieverStart): void;
  handleRetrieverEnd(...end: RunEnd): void;
  handleRetrieverError(...error: RunEnd): void;
}

/**
 * Measures the models and the retrievers that it is given to.
 *
 * @throws {INVALID_OPTION}
 * @example
 * const model = new ChatOpenAI({ model: 'gpt-4o', callbacks: [langchainHandler()] });
 */
export function langchainHandler(options: OnInstance = {}): LangchainHandler {
  assertOptions('langchainHandler', options, ['promptheus']);
  const runs = () => {
    const instruments = availableInstruments(options.promptheus);
    return instruments && runsOn(instruments);
  };
  const beginModel = modelStarter();
  const chat = (...start: ModelStart) => tried(() => beginModel(runs(), 'chat', start));
  const completion = (...start: ModelStart) => tried(() => beginModel(runs(), 'text_completion', start));
  const retriever = (...start: RetrieverStart) => tried(() => beginRetriever(runs(), start));
  const handler: LangchainHandler = {
    name: 'promptheus',
    // In turn with the run, not from a queue: so that the times are the run's, and that what is entered where a run begins holds
    // for the client that the model then asks. LangChain calls us with nothing awaited in between.
    awaitHandlers: true,
    raiseError: false,
    ignoreChain: true,
    ignoreAgent: true,
    ignoreCustomEvent: true,
    copy: () => handler,
    handleChatModelStart: chat,
    handleLLMStart: completion,
    handleRetrieverStart: retriever,
    handleLLMNewToken: (token, _, id, _parent, _tags, fields) => runs()?.models.get(id)?.token(token, fields),
    handleLLMEnd: (result, id, _parent, _tags, extra) => {
      runs()
        ?.models.take(id)
        ?.answered(result, property(extra, 'cached') === true);
    },
    handleLLMError: (error, id) => runs()?.models.take(id)?.failed(error),
    handleRetrieverEnd: (documents, id) => runs()?.retrievers.take(id)?.found(documents),
    handleRetrieverError: (error, id) =>
      runs()
        ?.retrievers.take(id)
        ?.end(outcomeOf('error', error, []), error),
  };
  return handler;
}

/** What is thrown here LangChain would print at each call. An instance of another version may lack what this one asks of it. */
function tried(begin: () => void): void {
  try {
    begin();
  } catch {
    // Then the run goes unobserved.
  }
}

interface Runs {
  readonly instruments: Instruments;
  readonly models: OpenRuns<ModelRun>;
  readonly retrievers: OpenRuns<RetrieverRun>;
}

/** By instance, not by handler: a model and a call of it may each have one, and hear of the same run. */
const runsOfInstances = new WeakMap<Instruments, Runs>();

function runsOn(instruments: Instruments): Runs {
  const known = runsOfInstances.get(instruments);
  if (known !== undefined) return known;
  const dropped = () => instruments.internalError('langchain_runs');
  const runs = {
    instruments,
    models: new OpenRuns<ModelRun>(dropped),
    retrievers: new OpenRuns<RetrieverRun>(dropped),
  };
  runsOfInstances.set(instruments, runs);
  return runs;
}

function modelStarter() {
  // A call with several prompts begins all its runs in one go: side by side, not one inside the other.
  let begun: { readonly extra: unknown; readonly before: <T>(fn: () => T) => T } | undefined;
  return (runs: Runs | undefined, operation: LlmCallFacts['operation'], start: ModelStart): void => {
    const [, input, id, , extra, , metadata] = start;
    if (runs === undefined || runs.models.has(id)) return;
    safely(runs.instruments, PART, () => {
      if (begun === undefined || begun.extra !== extra) {
        begun = { extra, before: AsyncLocalStorage.snapshot() };
        queueMicrotask(() => (begun = undefined));
      }
      const facts = modelFacts(extra, metadata, operation);
      const signal = property(property(extra, 'options'), 'signal');
      const run = begun.before(() => new ModelRun(runs.instruments, facts, signal, input));
      runs.models.add(id, run, metadata);
      run.call.enter();
    });
  };
}

function beginRetriever(runs: Runs | undefined, start: RetrieverStart): void {
  const [retriever, , id, , tags, metadata] = start;
  if (runs === undefined || runs.retrievers.has(id)) return;
  safely(runs.instruments, PART, () => {
    const run = new RetrieverRun(runs.instruments, retrieverFacts(retriever, tags, metadata));
    runs.retrievers.add(id, run, metadata);
    run.call.enter();
  });
}
