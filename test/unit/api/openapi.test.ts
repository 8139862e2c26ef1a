import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../../functions/triggers.ts';
import { openApi } from '../../../lib/api/openapi.ts';

const document = openApi('1.2.3');

it('is a valid document of OpenAPI 3.1', async () => {
  const validated = await new Validator().validate({ ...document });
  expect(validated).toMatchObject({ valid: true });
});

it('describes each route that the app registers, and no other', () => {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(document);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const registered = Object.values(ROUTES).map(
    ({ methods: [method], route }) => `${method} /api/${route.replace('{*', '{')}`,
  );
  expect(described.sort()).toEqual(registered.sort());
});

it('has only references to schemas that it holds', () => {
  const text = JSON.stringify(document);
  const { components } = z
    .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
    .parse(document);
  const references = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, id]) => id ?? '');
  expect(references.length).toBeGreaterThan(10);
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(references));
  expect(text).not.toContain('$defs');
});
