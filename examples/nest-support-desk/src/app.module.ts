import { Module } from '@nestjs/common';
import { makeCounterProvider, PromptheusModule } from 'promptheus/nest';
import { AnswersService } from './answers.service.js';
import { DeskController } from './desk.controller.js';
import { LocalModel } from './local-model.js';
import { LocalStore } from './local-store.js';
import { TicketsRepository } from './tickets.repository.js';

@Module({
  imports: [
    // The one line that measures; the rest names the tenant.
    PromptheusModule.forRoot({ tenant: { from: ({ headers }) => headers['x-company-id']?.toString() } }),
  ],
  controllers: [DeskController],
  providers: [
    AnswersService,
    TicketsRepository,
    LocalModel,
    LocalStore,
    makeCounterProvider({
      name: 'desk_questions_total',
      help: 'Questions of customers, by who answered them.',
      labelNames: ['answered_by'],
    }),
  ],
})
export class AppModule {}
