import type { Database } from '@trustfleet/database';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { ApiProblem } from '../../http/api-problem.ts';
import { Api } from '../../http/api-route.ts';

const health = z.object({ status: z.literal('ok') });

/** Answers whether the database can be asked. */
export class Readiness {
  private readonly database: Pick<Database, 'ping'>;

  constructor(database: Pick<Database, 'ping'>) {
    this.database = database;
  }

  async check(): Promise<void> {
    try {
      await this.database.ping();
    } catch (error) {
      throw new ApiProblem({
        status: 503,
        code: 'databaseDown',
        message: `The database does not answer. ${error instanceof Error ? error.name : ''}`.trim(),
      });
    }
  }
}

@Controller()
export class HealthController {
  private readonly readiness: Readiness;

  constructor(readiness: Readiness) {
    this.readiness = readiness;
  }

  @Get('healthz')
  @Api({ permission: 'public', summary: 'The process answers.', response: health })
  healthz() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Api({ permission: 'public', summary: 'The process and its database answer.', response: health })
  async readyz() {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
