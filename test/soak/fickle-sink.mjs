import { setTimeout as delay } from 'node:timers/promises';

const MOODS = ['well', 'well', 'well', 'late', 'rejects', 'throws', 'partly', 'hangs'];

/** A sink of the application with a will of its own; what it has stored outlives the pipelines that it serves. */
export class FickleSink {
  stored = new Set();
  mood = 'well';
  /** Answers that were held back. */
  held = [];

  constructor(luck) {
    this.luck = luck;
  }

  sink() {
    return { name: 'fickle', write: (batch) => this.write(batch) };
  }

  change() {
    this.mood = this.luck.of(MOODS);
    // Some come very late, some never.
    for (const answer of this.held.splice(0)) if (this.luck.in(2)) answer();
  }

  heal() {
    this.mood = 'well';
    this.held.length = 0;
  }

  write({ events }) {
    switch (this.mood) {
      case 'well':
        return this.store(events);
      case 'late':
        return delay(this.luck.below(300)).then(() => this.store(events));
      case 'rejects':
        return Promise.reject(new Error('down'));
      case 'throws':
        throw new Error('down');
      case 'partly':
        return this.storeSome(events);
      case 'hangs':
        return new Promise((resolve) => this.held.push(() => resolve(this.store(events))));
    }
  }

  storeSome(events) {
    const failures = [];
    for (const [index, event] of events.entries()) {
      if (this.luck.in(3)) failures.push({ index, reason: 'not now', permanent: this.luck.in(5) });
      else this.store([event]);
    }
    return { failures };
  }

  store(events) {
    for (const { json } of events) {
      const { metric_name, value } = JSON.parse(json);
      if (metric_name === 'soak') this.stored.add(value);
    }
  }
}
