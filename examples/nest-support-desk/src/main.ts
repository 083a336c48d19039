import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
// Without it, a signal ends the process before the module has stopped the instance.
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');

const url = await app.getUrl();
console.log(`${url}/desk/answers?question=I+forgot+my+password`);
console.log(`${url}/metrics`);
