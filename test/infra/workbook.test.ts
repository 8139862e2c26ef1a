import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LOG_LINES } from '../../lib/pipeline/log-lines.ts';
import { queryFaults } from './checks/log-query.ts';
import { readText } from './infrastructure.ts';

const Workbook = z.object({
  version: z.literal('Notebook/1.0'),
  items: z.array(
    z.object({
      type: z.number(),
      name: z.string(),
      content: z.looseObject({ query: z.string().optional() }),
    }),
  ),
});
const workbook = Workbook.parse(JSON.parse(readText('infra/modules/workbook.json')));
const queries = workbook.items.flatMap(({ name, content: { query, ...content } }) =>
  query === undefined ? [] : [{ name, query, content }],
);

describe('the workbook', () => {
  it.each(queries)('asks for what the app logs: $name', ({ query }) => {
    expect(queryFaults(query)).toEqual([]);
  });

  it('asks this installation only, in the chosen time', () => {
    for (const { content, query } of queries) {
      expect(query).toContain("AppRoleName =~ 'APP_NAME'");
      expect(content).toMatchObject({
        crossComponentResources: ['WORKSPACE_ID'],
        timeContextFromParameter: 'Range',
      });
    }
  });

  it.each(['coverage', 'remaining'])('counts only full runs that are no dry runs: %s', (name) => {
    const query = queries.find((one) => one.name === name)?.query;

    expect(query).toContain('| where not(tobool(run.partial) or tobool(run.dryRun))');
  });

  it('shows everything that a run’s end counts by severity', () => {
    const text = queries.map(({ query }) => query).join('\n');
    const fields = Object.keys(LOG_LINES['run completed'].shape);

    const counts = fields.filter((field) => /^(removed|remaining)/.test(field));
    expect(counts).toHaveLength(10);
    expect(counts.filter((field) => !text.includes(`run.${field})`))).toEqual([]);
  });
});

it('the workbook shows the cost of runs by kind, and their requests to storage', () => {
  const text = queries.map(({ query }) => query).join('\n');
  const fields = Object.keys(LOG_LINES['run completed'].shape);

  const costs = fields.filter((field) => /.Cost$|Operations$/.test(field));
  expect(costs).toHaveLength(5);
  expect(costs.filter((field) => !text.includes(`run.${field})`))).toEqual([]);
});

describe('a query is refused', () => {
  const [good = ''] = queries.filter(({ name }) => name === 'last-runs').map((one) => one.query);

  it.each([
    ['with a line that the app never logs', 'run failed', 'run broke'],
    ['with a field that the line lacks', 'run.seconds', 'run.minutes'],
    ['over another table', 'AppTraces', 'AppEvents'],
    ['with a column that the table lacks', 'top 20 by TimeGenerated', 'top 20 by Timestamp'],
    ['with a bracket too few', 'tostring(run.runId)', 'tostring(run.runId'],
  ])('%s', (_, from, to) => {
    expect(queryFaults(good)).toEqual([]);
    expect(queryFaults(good.replace(from, to))).toHaveLength(1);
  });
});

it('the guide lists the lines and fields that alerts and the workbook may read', () => {
  const operate = readText('docs/operate.md');
  const [, section = ''] = operate.split('### The lines of the log');
  const rows = section.split('\n### ')[0]?.split('\n') ?? [];

  for (const [message, schema] of Object.entries(LOG_LINES)) {
    const row = rows.find((line) => line.split('|')[1]?.includes(`\`${message}\``)) ?? '';
    const told = [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(told.sort()).toEqual(Object.keys(schema.shape).sort());
  }
});

describe('the queries of the guide for metrics', () => {
  const [, section = ''] = readText('docs/operate.md').split('### Metrics\n');
  const blocks = [...(section.split('\n### ')[0] ?? '').matchAll(/```kusto\n([\s\S]*?)\n```/g)];
  const queries = blocks.map(([, query = '']) => query);

  it.each(queries)('asks for what the app logs: %s', (query) => {
    expect(queryFaults(query)).toEqual([]);
    expect(query).toContain("| where AppRoleName =~ 'APP'");
  });

  it('shows coverage, findings, time, cost, outcomes and missed targets', () => {
    const text = queries.join('\n');
    const fields = [
      'coveragePercent',
      'remainingCritical',
      'removedCritical',
      'seconds',
      'reason',
      'cost',
    ];

    expect([...fields, 'target missed'].filter((word) => !text.includes(word))).toEqual([]);
  });
});
