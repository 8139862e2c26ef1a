import { expect, it } from 'vitest';
import { furtherLines } from './further-lines.ts';

const DEMO = {
  runId: '20261123T020000Z-7f3a',
  registry: 'localhost:1',
  outcomes: [],
  keepCommand: 'npm run demo -- --keep',
};

it('prints a query that selects the keys, without which az fails to print a table', () => {
  const lines = furtherLines({ ...DEMO, environmentFile: '/tmp/demo/env' });

  expect(lines).toContain('  . /tmp/demo/env');
  const select = lines.find((line) => line.includes('--select'));
  expect(select?.trim().split(' ').slice(1, 3)).toEqual(['PartitionKey', 'RowKey']);
});

it('says how to leave everything running if it has ended', () => {
  const [first] = furtherLines({ ...DEMO, environmentFile: undefined });

  expect(first).toContain('npm run demo -- --keep');
});
