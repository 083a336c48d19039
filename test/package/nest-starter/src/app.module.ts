import { Module } from '@nestjs/common';
import { PromptheusModule } from 'promptheus/nest';
import { AppController } from './app.controller';
import { AppService } from './app.service';

@Module({
  imports: [PromptheusModule.forRoot()],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
