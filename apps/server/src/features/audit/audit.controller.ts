import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { auditExportQuery, auditPage, auditQuery, type AuditQuery } from '@trustfleet/api';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { RequirePermission } from '../../http/permission.ts';
import { AuditService } from './audit.service.ts';

/** A reader that takes nothing for so long is gone. */
const STALL_MS = 60_000;

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

@ApiTags('audit')
@Controller('/api/v1/audit')
export class AuditController {
  private readonly audit: AuditService;

  constructor(audit: AuditService) {
    this.audit = audit;
  }

  @Get()
  @Api({
    permission: 'audit.read',
    summary: 'Who did what, newest first; `before` a number for the next page.',
    response: auditPage,
  })
  page(@Query({ schema: auditQuery }) query: AuditQuery) {
    return this.audit.page(query);
  }

  @Get('export')
  @RequirePermission('audit.read')
  @ApiOperation({ summary: 'The whole chain, one entry a line, oldest first, then its signed head.' })
  @ApiProduces('application/x-ndjson')
  async export(
    @Query({ schema: auditExportQuery }) query: z.infer<typeof auditExportQuery>,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const lines = this.audit.export(query.after);
    // The first lines before the headers: a database that does not answer is a problem with a status, not half an answer.
    const first = await lines.next();
    response.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="trustfleet-audit.ndjson"',
    });
    response.setTimeout(STALL_MS, () => response.destroy());
    if (first.done !== true) response.write(first.value);
    try {
      // Reads on only as fast as the reader takes it.
      await pipeline(lines, response);
    } catch (error) {
      // A reader that leaves is no failure; one that stays sees the lines end without their head.
      if (!isGone(error)) throw error;
    }
  }
}
