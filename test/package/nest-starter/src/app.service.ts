import { Injectable } from '@nestjs/common';
import { Counted } from 'promptheus/nest';

@Injectable()
export class AppService {
  @Counted('hellos_total')
  getHello(): string {
    return 'Hello World!';
  }
}
