import { isForbiddenKey, type KeyList } from '../redaction/forbidden-keys.js';

/** Have the same number in every process: `facts.ts` finds fields by it. */
export const KNOWN_NAMES = [
  '',
  'request_id',
  'trace_id',
  'duration_ms',
  'status_code',
  'route',
  'method',
  'company_id',
  'outcome',
  'error',
  'code',
] as const;

/** Longer texts are written out. */
const LONGEST_NAME = 64;
const MOST_KEYS = 2048;
/** A key with more distinct values than these has a free text. */
const MOST_VALUES = 256;
const MOST_NAMES = 16_384;

/** What is done with a key. */
export const KEEP = 0;
export const DROP = 1;
/** Written by the decoder itself where it stands at the top of an event. */
export const RESERVED = 2;
/** The same, in wide events only. */
export const RESERVED_IN_WIDE = 3;
/** A field of the metric itself, which its context cannot give. */
export const RESERVED_IN_CONTEXT = 4;

const RESERVED_KEYS: ReadonlyMap<string, number> = new Map([
  ['event_id', RESERVED],
  ['timestamp', RESERVED],
  ['sample_rate', RESERVED_IN_WIDE],
  ['sampling', RESERVED_IN_WIDE],
  ['metric_name', RESERVED_IN_CONTEXT],
  ['value', RESERVED_IN_CONTEXT],
]);

/** A place between keys, and the key that was last seen there: objects of one shape need no look-up. */
export class Place {
  next: Key | undefined;
}

export class Key extends Place {
  /** What stands first inside an object under this key. */
  readonly inside = new Place();
  /** The numbers of its values, while they are few. */
  values: Map<string, number> | undefined;

  constructor(
    readonly text: string,
    /** 0: the text is written out each time. */
    readonly id: number,
    readonly rule: number,
  ) {
    super();
    this.values = id === 0 ? undefined : new Map();
  }
}

/** The producer's numbers for keys and for values that come again. A number is given once and never taken back. */
export class Names {
  readonly texts: string[] = [...KNOWN_NAMES];
  /** How many the reader has been told. */
  announced = this.texts.length;
  private readonly keys = new Map<string, Key>();

  constructor(private readonly forbidden: KeyList) {
    for (const [id, text] of KNOWN_NAMES.entries()) if (id > 0) this.keys.set(text, this.make(text, id));
  }

  key(text: string): Key {
    const known = this.keys.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST_NAME || this.keys.size >= MOST_KEYS) return this.make(text, 0);
    const key = this.make(text, this.add(text));
    this.keys.set(text, key);
    return key;
  }

  /** The number of a key's value, or 0 where it has none. */
  value(key: Key, text: string): number {
    const values = key.values;
    if (values === undefined || text.length > LONGEST_NAME) return 0;
    return values.get(text) ?? this.addValue(key, values, text);
  }

  private addValue(key: Key, values: Map<string, number>, text: string): number {
    if (values.size >= MOST_VALUES || this.texts.length >= MOST_NAMES) {
      key.values = undefined;
      return 0;
    }
    const own = ownCopy(text);
    const id = this.add(own);
    values.set(own, id);
    return id;
  }

  private add(text: string): number {
    return this.texts.push(text) - 1;
  }

  private make(text: string, id: number): Key {
    if (isForbiddenKey(text, this.forbidden)) return new Key(text, id, DROP);
    return new Key(text, id, RESERVED_KEYS.get(text) ?? KEEP);
  }
}

/** V8 keeps the whole of a text of which a kept one is a part. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
