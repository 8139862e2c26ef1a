import type {
  ContainerGroups,
  GroupName,
  GroupSpec,
  GroupStatus,
} from '../../../lib/containers/container-groups.ts';
import type { PortName } from '../port-call.ts';
import type { Task } from '../task.ts';
import { groupsFailure, refused } from './failed-calls.ts';
import type { Gate } from './gate.ts';

export function gatedGroups(gate: Gate, task: Task): ContainerGroups {
  const { groups } = gate.backends;
  const call = (method: string, label: string, writes: boolean) => ({
    port: 'groups' as PortName,
    method,
    label,
    writes,
    effect: writes ? ('leased' as const) : undefined,
  });
  return {
    get: (name) =>
      gate.pass(task, {
        ...call('get', name, false),
        failed: groupsFailure(name),
        perform: () => groups.get(name),
      }),
    create: (spec: GroupSpec) => {
      gate.observer.groupAsked(task, spec);
      return gate.pass(task, {
        ...call('create', spec.name, true),
        failed: refused,
        perform: async () => {
          const answer = await groups.create(spec);
          gate.observer.groupAnswered(task, answer);
          return answer;
        },
      });
    },
    delete: (name: GroupName) => {
      gate.observer.deletionAsked(name);
      return gate.pass(task, {
        ...call('delete', name, true),
        failed: refused,
        perform: async () => {
          const answer = await groups.delete(name);
          // Azure's quota of deletions: the next round deletes the rest.
          if (!answer.ok) task.faults += 1;
          return answer;
        },
      });
    },
    async *list() {
      const all = await gate.pass(task, {
        ...call('list', '', false),
        failed: groupsFailure('list'),
        perform: async () => {
          const found: GroupStatus[] = [];
          for await (const group of groups.list()) found.push(group);
          return found;
        },
      });
      yield* all;
    },
    logs: (name, container) =>
      gate.pass(task, {
        ...call('logs', name, false),
        failed: groupsFailure(name),
        perform: () => groups.logs(name, container),
      }),
  };
}
