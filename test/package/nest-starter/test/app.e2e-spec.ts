import { INestApplication } from '@nestjs/common';
import { Test, TestingModule } from '@nestjs/testing';
import request from 'supertest';
import { App } from 'supertest/types';
import { AppModule } from './../src/app.module';

describe('AppController (e2e)', () => {
  let app: INestApplication<App>;

  beforeEach(async () => {
    const moduleFixture: TestingModule = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = moduleFixture.createNestApplication();
    await app.init();
  });

  afterEach(() => app.close());

  for (const time of ['once', 'again, with an application of its own']) {
    it(`/ (GET), ${time}`, async () => {
      await request(app.getHttpServer()).get('/').expect(200).expect('Hello World!');
      const { text } = await request(app.getHttpServer()).get('/metrics').expect(200);
      expect(text).toContain(
        'http_request_duration_seconds_count{method="GET",endpoint="/",company_id="unknown",status_code="200"} 1',
      );
      expect(text).toContain('hellos_total{outcome="success"} 1');
    });
  }
});
