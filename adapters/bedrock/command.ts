import { property } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';

/** A conversation in the form of Bedrock's own, or a body in that of the model. */
export type CommandKind = 'converse' | 'invoke';

const KINDS: ReadonlyMap<unknown, CommandKind> = new Map([
  ['ConverseCommand', 'converse'],
  ['ConverseStreamCommand', 'converse'],
  ['InvokeModelCommand', 'invoke'],
  ['InvokeModelWithResponseStreamCommand', 'invoke'],
]);

/** What a command asks for; `undefined` for those that ask no model, or by another way. Never throws. */
export function kindOf(command: unknown): CommandKind | undefined {
  try {
    const name = at(command, 'constructor.name');
    return typeof name === 'string' && name.endsWith('Command') ? KINDS.get(name) : kindOfInput(at(command, 'input'));
  } catch {
    return undefined;
  }
}

/** Bundlers that shorten names leave the input as it is. */
function kindOfInput(input: unknown): CommandKind | undefined {
  if (typeof property(input, 'modelId') !== 'string') return undefined;
  const body = property(input, 'body');
  if (body !== undefined) return typeof body === 'string' || ArrayBuffer.isView(body) ? 'invoke' : undefined;
  // Counting tokens has an `input`, an invocation whose answer goes to S3 a `modelInput`.
  const isOther = property(input, 'input') !== undefined || property(input, 'modelInput') !== undefined;
  return isOther ? undefined : 'converse';
}

/** The model's id; of an ARN what names it, without account and region. */
export function modelOf(command: unknown): string | undefined {
  const id = at(command, 'input.modelId');
  if (typeof id !== 'string') return undefined;
  return id.replace(/^arn:(?:[^:]*:){4}(?:(?:foundation-model|inference-profile)\/)?/, '');
}
