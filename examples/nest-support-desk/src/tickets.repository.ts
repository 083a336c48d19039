import { Injectable } from '@nestjs/common';
import { ObserveQuery, ObserveVectorSearch } from 'promptheus/nest';
import { LocalStore, type Ticket } from './local-store.js';

@Injectable()
export class TicketsRepository {
  constructor(private readonly store: LocalStore) {}

  /** Counted by the rows that it returns. */
  @ObserveVectorSearch({ collection: 'tickets' })
  async similar(question: string): Promise<Ticket[]> {
    return this.store.nearest(question, 2);
  }

  @ObserveQuery('ticket_by_id')
  byId(id: number): Ticket | undefined {
    return this.store.get(id);
  }
}
