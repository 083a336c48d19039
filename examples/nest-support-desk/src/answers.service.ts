import { Injectable } from '@nestjs/common';
import { ObserveLlm } from 'promptheus/nest';
import { LocalModel } from './local-model.js';
import type { Ticket } from './local-store.js';

@Injectable()
export class AnswersService {
  constructor(private readonly model: LocalModel) {}

  /** Its tokens are read from `usage` of what it returns. */
  @ObserveLlm({ provider: 'openai', model: 'gpt-4o-mini' })
  async answer(question: string, tickets: readonly Ticket[]) {
    const known = tickets.map(({ text }) => text).join('\n');
    const { choices, usage } = await this.model.complete([
      { role: 'system', content: `Answer by what is known:\n${known}` },
      { role: 'user', content: question },
    ]);
    return { text: choices[0].message.content, usage };
  }
}
