import { BadRequestException, Controller, Get, NotFoundException, Param, ParseIntPipe, Query } from '@nestjs/common';
import type { Counter } from 'promptheus';
import { InjectCounter } from 'promptheus/nest';
import { AnswersService } from './answers.service.js';
import { TicketsRepository } from './tickets.repository.js';

@Controller('desk')
export class DeskController {
  constructor(
    private readonly answers: AnswersService,
    private readonly tickets: TicketsRepository,
    @InjectCounter('desk_questions_total') private readonly questions: Counter<['answered_by']>,
  ) {}

  @Get('answers')
  async answer(@Query('question') question?: string) {
    if (!question) throw new BadRequestException('Ask with ?question=');
    const similar = await this.tickets.similar(question);
    if (similar.length === 0) {
      this.questions.labels('person').inc();
      return { answer: 'A colleague will write to you.', tickets: [] };
    }
    const { text } = await this.answers.answer(question, similar);
    this.questions.labels('model').inc();
    return { answer: text, tickets: similar.map(({ id }) => id) };
  }

  @Get('tickets/:id')
  ticket(@Param('id', ParseIntPipe) id: number) {
    const ticket = this.tickets.byId(id);
    if (ticket === undefined) throw new NotFoundException();
    return ticket;
  }
}
