import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { problem } from '@trustfleet/api';
import { RequirePermission, type Permission } from './permission.ts';

interface ApiRoute {
  readonly permission: Permission;
  /** One line for the API's documentation. */
  readonly summary: string;
  /** What is answered: checked and stripped on the way out, so that a wrong answer is a 500 and not a leak. */
  readonly response: z.ZodType;
  readonly status?: 200 | 201;
}

/** One route of the API: its permission, its answer's schema and its documentation, in one place. */
export function Api(route: ApiRoute): MethodDecorator {
  const status = route.status ?? 200;
  return applyDecorators(
    HttpCode(status),
    RequirePermission(route.permission),
    SerializeOptions({ schema: route.response }),
    ApiOperation({ summary: route.summary }),
    ApiResponse({ status, description: 'The answer.', standardSchema: route.response }),
    ApiResponse({ status: 'default', description: 'Any failure.', standardSchema: problem }),
  );
}
