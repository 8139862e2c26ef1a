import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../../functions/triggers.ts';
import { Doctor } from '../../../lib/api/app-state.ts';
import { openApi } from '../../../lib/api/openapi.ts';
import { reportJson } from '../../../lib/doctor/doctor-report.ts';

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
  const others = ['GET /api/health', 'GET /api/doctor'];
  expect(described.sort()).toEqual([...registered, ...others].sort());
});

it('asks for no sign-in at the health alone', () => {
  const paths = z.record(
    z.string(),
    z.record(z.string(), z.object({ security: z.unknown().optional() })),
  );
  const open = Object.entries(z.object({ paths }).parse(document).paths).filter(([, operations]) =>
    Object.values(operations).some(({ security }) => security !== undefined),
  );
  expect(open.map(([path]) => path)).toEqual(['/api/health']);
});

it('describes what the doctor answers', () => {
  const check = { id: 'a', title: 'A', seconds: 0, detail: 'd', status: 'pass' } as const;
  const at = new Date('2026-11-25T08:00:00Z');
  const report = { startedAt: at, finishedAt: at, identity: 'app', probed: false } as const;
  const text = reportJson({ ...report, interrupted: false, results: [check] });
  expect(Doctor.strict().parse(JSON.parse(text))).toEqual(JSON.parse(text));
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
