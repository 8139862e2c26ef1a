import type { PullTokens } from '../../../lib/registry/pull-tokens.ts';
import { memoryPullTokens } from '../../fakes/memory-pull-tokens.ts';
import type { Task } from '../task.ts';
import { registryFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

export function gatedPullTokens(gate: Gate, task: Task): PullTokens {
  const call = {
    port: 'registry',
    label: 'pull identity',
    writes: false,
    effect: undefined,
    failed: registryFailure('pull identity'),
  } as const;
  return {
    refreshToken: () =>
      gate.pass(task, { ...call, method: 'refreshToken', perform: memoryPullTokens.refreshToken }),
    refusedRefresh: memoryPullTokens.refusedRefresh,
    mint: (scopes) =>
      gate.pass(task, { ...call, method: 'mint', perform: () => memoryPullTokens.mint(scopes) }),
  };
}
