import * as z from 'zod';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';

const TOLD_STATES: ReadonlySet<unknown> = new Set(['patched', 'rejected', 'failed']);

/**
 * Compares what the receiver of events knows with what happened: each event was told or visibly given
 * up, and none was invented. Duplicates are allowed.
 */
export function eventFaults({ tables, receiver }: Backends): readonly string[] {
  if (receiver === undefined) return [];
  const rows = (name: (typeof TABLES)[keyof typeof TABLES]) =>
    tables.all(name).map(({ entity }) => entity);
  const runs = rows(TABLES.runs);
  const happened = new Set([
    ...runs.flatMap(eventsOfRun),
    ...rows(TABLES.targets)
      .filter(({ state }) => TOLD_STATES.has(state))
      .map(({ partitionKey, rowKey }) => `${partitionKey}-${rowKey}`),
    ...rows(TABLES.targets)
      .filter(({ finishedAt, missed }) => finishedAt !== undefined && missed !== undefined)
      .map(({ partitionKey, rowKey }) => `${partitionKey}-missed-${rowKey}`),
  ]);
  const tellings = rows(TABLES.state).filter((row) => row.partitionKey === 'telling');
  const givenUp = new Set(tellings.flatMap(givenUpIn));
  return [
    ...[...happened]
      .filter((id) => !receiver.accepted.has(id) && !givenUp.has(id))
      .map((id) => `the event ${id} was neither told nor given up`),
    ...[...receiver.accepted.keys(), ...givenUp]
      .filter((id) => !happened.has(id))
      .map((id) => `the event ${id} was told or given up, and did not happen`),
    ...tellings
      .filter((row) => givenUpIn(row).length > 0)
      .filter(({ rowKey }) => !runs.some((run) => run.runId === rowKey && warnsOfIt(run)))
      .map(({ rowKey }) => `${rowKey} does not say that events were given up`),
  ];
}

function eventsOfRun({ runId, finishedAt, builderCall }: Entity): readonly string[] {
  return [
    ...(finishedAt === undefined ? [] : [`${String(runId)}-run-ended`]),
    ...(builderCall === undefined ? [] : [`${String(runId)}-no-builder`]),
  ];
}

function givenUpIn({ rowKey, givenUp }: Entity): readonly string[] {
  const keys = z.array(z.string()).parse(JSON.parse(String(givenUp)));
  return keys.map((key) => `${rowKey}-${key}`);
}

function warnsOfIt({ warnings }: Entity): boolean {
  return String(warnings).includes('webhook: hooks.example was not told');
}
