// Tickets and help articles in LanceDB, a vector database that runs inside this process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { observeQuery, observeVectorSearch } from 'promptheus';

const SUBJECTS = ['sign in', 'invoice', 'export', 'webhook', 'mobile app', 'search'];
const PROBLEMS = [
  'fails after the update',
  'is slow in the morning',
  'shows the wrong language',
  'stops with an error',
  'sends everything twice',
  'asks for a token again',
];
const DIMENSIONS = 64;

/** Opens a fresh database in a temporary folder, with 36 articles and as many tickets in it. */
export async function openDocuments() {
  const folder = await mkdtemp(join(tmpdir(), 'support-desk-'));
  const db = await connect(folder);
  const texts = SUBJECTS.flatMap((subject) => PROBLEMS.map((problem) => `${subject} ${problem}`));
  const articles = await db.createTable(
    'articles',
    texts.map((text) => ({ text, vector: embed(text) })),
  );
  const tickets = await db.createTable(
    'tickets',
    texts.map((text, index) => ({ id: `T-${index + 1}`, text })),
  );

  return {
    /** The articles nearest to a question. Counted as vector searches, with the rows that came back. */
    search: observeVectorSearch(({ question, limit = 5 }) => articles.search(embed(question)).limit(limit).toArray(), {
      collection: 'articles',
    }),

    /** One ticket, or undefined. Timed as a database query. */
    findTicket: observeQuery(
      async (id) => {
        const [ticket] = await tickets
          .query()
          .where(`id = '${id.replaceAll("'", "''")}'`)
          .limit(1)
          .toArray();
        return ticket;
      },
      { queryType: 'ticket_by_id' },
    ),

    async close() {
      articles.close();
      tickets.close();
      db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A toy embedding that needs no model: each word adds to the dimension that its letters hash to. */
function embed(text) {
  const vector = new Array(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    let hash = 0;
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
    vector[hash % DIMENSIONS] += 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
