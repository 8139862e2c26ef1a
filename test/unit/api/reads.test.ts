import { describe, expect, it } from 'vitest';
import { Problem } from '../../../lib/api/answer.ts';
import {
  getImage,
  getImages,
  getRun,
  getRunImages,
  getRuns,
  getStatus,
  ImagePage,
  notFound,
  RunPage,
  TargetPage,
} from '../../../lib/api/reads.ts';
import { ImageStory } from '../../../lib/history/image-story.ts';
import { RunView } from '../../../lib/history/run-view.ts';
import { Status } from '../../../lib/history/status.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { SECOND, THIRD } from '../history/history-samples.ts';
import { readApi } from './api-samples.ts';

const { ask, slept, operations } = await readApi();

describe('the HTTP interface', () => {
  it.each([
    ['the status', getStatus, {}, Status],
    ['runs', getRuns, {}, RunPage],
    ['a run', getRun, { name: 'latest' }, RunView],
    ['the images of a run', getRunImages, { name: THIRD }, TargetPage],
    ['images', getImages, { query: { severity: 'high' } }, ImagePage],
    ['an image', getImage, { name: 'team/api:1.4' }, ImageStory],
  ] as const)('answers with %s in the documented form', async (_, read, request, schema) => {
    const { status, headers, body } = await ask(read, request);

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(schema.strict().parse(body)).toEqual(body);
  });

  it('answers 304 to a client that has the content, and 200 once it has changed', async () => {
    const first = await ask(getRun, { name: SECOND });
    const etag = first.headers.etag ?? '';

    for (const ifNoneMatch of [etag, `"other", W/${etag}`, '*']) {
      const again = await ask(getRun, { name: SECOND, ifNoneMatch });
      expect(again).toMatchObject({ status: 304, body: {}, headers: { etag } });
    }
    expect(await ask(getRun, { name: THIRD, ifNoneMatch: etag })).toMatchObject({
      status: 200,
    });
  });

  it('waits for the end of a run, but no longer than asked for', async () => {
    slept.length = 0;
    operations();
    const { body } = await ask(getRun, { name: 'latest', query: { wait: '5' } });

    expect(body).toMatchObject({ state: 'running' });
    expect(slept).toEqual([2000, 2000, 1000]);
    expect(operations()).toBe(4);
  });

  it('does not wait for a run that has ended', async () => {
    slept.length = 0;
    await ask(getRun, { name: SECOND, query: { wait: '60' } });
    expect(slept).toEqual([]);
  });

  it.each([
    [getRuns, { query: { state: 'done' } }, ['state']],
    [getRuns, { query: { limit: '1001', after: '%' } }, ['limit', 'after']],
    [getRun, { name: 'latest', query: { wait: '61' } }, ['wait']],
    [getImages, { query: { severity: 'HIGH', colour: 'red' } }, ['severity', 'colour']],
    [getStatus, { query: { x: '1' } }, ['x']],
  ])('answers 400 that names the wrong fields', async (read, request, fields) => {
    const { status, headers, body } = await ask(read, request);

    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body.errors).toMatchObject(fields.map((field) => ({ field })));
    for (const field of fields) expect(body.detail).toContain(`${field}: `);
  });

  it.each([
    [getRun, 'x\u001b[31m', { nearest: expect.arrayContaining([THIRD]) }],
    [getRunImages, '20261125', { detail: expect.stringMatching(/^several runs begin with/) }],
    [getImage, 'team/api:2.5', { nearest: ['team/api:1.5', 'team/api:1.4'] }],
  ])('answers 404 with the nearest names', async (read, name, problem) => {
    const { status, body } = await ask(read, { name });

    expect(status).toBe(404);
    expect(body).toMatchObject(problem);
    expect(body.detail).not.toContain('\u001b');
  });
});

it('answers 404 with the archive of a run whose rows are in it', () => {
  const runId = RunId.parse('20260823T020000Z-14f7');
  const blob = `runs/${runId}.jsonl.gz`;
  const archivedAt = new Date('2026-11-25T08:00:00Z');
  const archive = { runId, blob, sha256: 'ab', bytes: 1, rows: 2, archivedAt };

  const answer = notFound('run', '20260823', { found: 'none', nearest: [], archive });
  const problem = Problem.parse(JSON.parse(`${answer.body}`));

  expect(problem).toMatchObject({
    status: 404,
    detail: expect.stringContaining(`patchwright-archive/${blob}`),
    archive: { ...archive, container: 'patchwright-archive', archivedAt: archivedAt.toISOString() },
  });
});
