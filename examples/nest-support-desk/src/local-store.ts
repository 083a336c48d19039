import { Injectable } from '@nestjs/common';

export interface Ticket {
  readonly id: number;
  readonly text: string;
}

const TICKETS: readonly Ticket[] = [
  { id: 1, text: 'Reset a forgotten password under Settings, Security.' },
  { id: 2, text: 'Invoices are sent on the first of a month.' },
  { id: 3, text: 'An export runs in the background; a mail says when it is done.' },
];

/** Stands in for a vector store: texts are near each other by the words that they share. */
@Injectable()
export class LocalStore {
  async nearest(question: string, limit: number): Promise<Ticket[]> {
    const asked = wordsOf(question);
    return TICKETS.map((ticket) => ({ ticket, shared: wordsOf(ticket.text).intersection(asked).size }))
      .filter(({ shared }) => shared > 0)
      .sort((one, other) => other.shared - one.shared)
      .slice(0, limit)
      .map(({ ticket }) => ticket);
  }

  get(id: number): Ticket | undefined {
    return TICKETS.find((ticket) => ticket.id === id);
  }
}

/** Words of four letters and more: the rest is in every text. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu));
}
