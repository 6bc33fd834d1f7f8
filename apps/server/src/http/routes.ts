import type { INestApplication } from '@nestjs/common';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { ModulesContainer } from '@nestjs/core/injector/modules-container.js';
import type { Permission } from '@trustfleet/api';
import { permissionNamedBy } from './permission.ts';

/** One route as Nest serves it. */
export interface Route {
  /** e.g. `GET` */
  readonly method: string;
  /** As express matches it, e.g. `/api/v1/hosts/:id`. */
  readonly path: string;
  /** `Controller.handler`, for messages. */
  readonly handler: string;
  readonly permission: Permission | undefined;
}

type Handler = (...parameters: never[]) => unknown;
type ControllerClass = abstract new (...parameters: never[]) => object;

function join(...parts: readonly string[]): string {
  return `/${parts.join('/')}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

function paths(target: object): readonly string[] {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return path === undefined ? [] : [path].flat();
}

function routesOfController(controller: ControllerClass): Route[] {
  const prototype = controller.prototype as Readonly<Record<string, Handler>>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (handler === undefined) return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    return paths(controller).flatMap((base) =>
      paths(handler).map((path) => ({
        method: RequestMethod[method],
        path: join(base, path),
        handler: `${controller.name}.${name}`,
        permission: permissionNamedBy(handler, controller),
      })),
    );
  });
}

/** Every route of every controller: what a test walks and what decides who needs no session. */
export function routesOf(app: INestApplication): readonly Route[] {
  return [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' ? routesOfController(metatype as ControllerClass) : [],
    ),
  );
}

/** Nothing is served when one route was forgotten. @throws Error that names those without a permission */
export function requirePermissions(routes: readonly Route[]): void {
  const forgotten = routes.filter(({ permission }) => permission === undefined);
  if (forgotten.length === 0) return;
  const names = forgotten.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ');
  throw new Error(
    `These routes name no permission: ${names}. Give each one with @Api or @RequirePermission.`,
  );
}
