// Ten histograms of eleven buckets, with as many label sets as there are series: each is fourteen lines of a scrape.
import { assertShown, sumOf } from '../exposition.mjs';
import { durations, labelSets, random } from '../sequence.mjs';

const HISTOGRAMS = 10;
const MASK = 4_095;

export class Series {
  /** `most`: the highest number of observations of a series; the numbers of digits up to it are all as frequent. */
  constructor(client, series, most) {
    this.client = client;
    this.families = Array.from({ length: HISTOGRAMS }, (_, n) => client.histogram(`bench_${n}_seconds`));
    this.sets = labelSets(series / HISTOGRAMS);
    this.values = durations(MASK + 1, random(3));
    this.draw = random(11);
    this.most = most;
    this.observed = 0;
  }

  fill() {
    this.each((family, id) => {
      const times = Math.floor(this.most ** this.draw());
      for (let n = 0; n < times; n++) this.observe(family, id, n);
    });
    return this;
  }

  /** A tenth of the series move between two scrapes. */
  touch() {
    this.each((family, id) => {
      if (this.draw() <= 0.1) this.observe(family, id, 0);
    });
  }

  /** @throws when an exposition does not show what was observed. */
  check(name, exposition) {
    const shown = this.families.map((_, n) => sumOf(exposition, `bench_${n}_seconds_count`));
    assertShown(
      name,
      shown.reduce((sum, count) => sum + count, 0),
      this.observed,
    );
  }

  each(visit) {
    for (const family of this.families) {
      for (let id = 0; id < this.sets.method.length; id++) visit(family, id);
    }
  }

  observe(family, id, n) {
    const { method, route, status } = this.sets;
    this.client.observe(family, method[id], route[id], status[id], this.values[(id + n) & MASK]);
    this.observed++;
  }
}
