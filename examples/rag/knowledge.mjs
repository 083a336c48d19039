// What the service knows: help articles in LanceDB, found by the vectors that OpenAI makes of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { instrumentLanceDB } from 'promptheus/lancedb';

const EMBEDDING_MODEL = 'text-embedding-3-small';

export async function openKnowledge(openai, texts) {
  const folder = await mkdtemp(join(tmpdir(), 'rag-'));

  // The one line that measures LanceDB: every table of this connection.
  const db = instrumentLanceDB(await connect(folder));

  const articles = await db.createTable('articles', await Promise.all(texts.map(embedded)));

  return {
    async nearest(question, limit = 2) {
      const { vector } = await embedded(question);
      return articles.vectorSearch(vector).distanceType('cosine').limit(limit).toArray();
    },
    async close() {
      articles.close();
      db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function embedded(text) {
    const { data } = await openai.embeddings.create({ model: EMBEDDING_MODEL, input: text, encoding_format: 'float' });
    return { text, vector: data[0].embedding };
  }
}
