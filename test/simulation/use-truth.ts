import { GroupTag } from '../../lib/containers/container-groups.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';
import type { Observer } from './observer.ts';

/** Runs whose row counts more requests to storage than storage received. */
export function operationFaults(
  { tables }: Pick<Backends, 'tables'>,
  { storage }: Pick<Observer, 'storage'>,
): readonly string[] {
  return tables.all(TABLES.runs).flatMap(({ entity: run }) => {
    const runId = String(run.runId);
    const [counted, most] = [Number(run.storageOperations), storage.mostOf(runId)];
    if (counted > 0 && counted <= most) return [];
    return [`${runId} counts ${counted} requests to storage, which received at most ${most}`];
  });
}

/**
 * Compares the container groups that each run counts with those that Azure created. Each counts once;
 * one whose start or end nobody saw may be missing or too many.
 */
export function useFaults({
  tables,
  groups,
}: Pick<Backends, 'tables' | 'groups'>): readonly string[] {
  const created = Map.groupBy(groups.creations(), ({ spec }) => spec.tags[GroupTag.run] ?? '');
  return tables.all(TABLES.runs).flatMap(({ entity: run }) => {
    const runId = String(run.runId);
    const names = new Set(created.get(runId)?.map(({ spec }) => spec.name));
    const [known, unseen] = [Number(run.groups ?? 0), Number(run.unseenGroups ?? 0)];
    if (known <= names.size && names.size <= known + unseen) return [];
    return [`${runId} counts ${known} groups and ${unseen} unseen, Azure created ${names.size}`];
  });
}
