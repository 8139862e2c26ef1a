import type { CallFault } from './fault-kinds.ts';
import type { HostFault } from './host-faults.ts';
import type { Failure, Outcome, PortCall } from './port-call.ts';
import { LEASE_SECONDS } from './simulated-options.ts';
import type { Instance, PendingCall } from './task.ts';
import type { World } from './world.ts';

/**
 * Runs a call with its fault and passes the outcome to its handler. Returns the instances that crash
 * because of it.
 */
export async function letCallHappen(
  world: World,
  pending: PendingCall,
  fault: Exclude<CallFault, HostFault> | undefined,
): Promise<readonly Instance[]> {
  const { task, call } = pending;
  switch (fault) {
    case undefined:
      settle(pending, await outcomeOf(call));
      return [];
    case 'crash-before':
      return [task.instance];
    case 'crash-after':
      await outcomeOf(call);
      return [task.instance];
    case 'crash-all':
      if (world.random.chance(0.5)) await outcomeOf(call);
      return world.instances;
    case 'timeout-after-effect':
      await outcomeOf(call);
      settle(pending, call.failed('unavailable'));
      return [];
    case 'late-effect': {
      const seconds = world.random.between(1, 60);
      world.later(seconds, `late ${call.port}.${call.method} ${call.label}`, async () => {
        await outcomeOf(call);
      });
      settle(pending, call.failed('unavailable'));
      return [];
    }
    case 'server-error':
    case 'throttled':
    case 'registry-denied':
    case 'registry-unauthorized':
    case 'registry-unexpected':
    case 'storage-denied':
    case 'storage-unexpected':
    case 'arm-unauthorized':
      settle(pending, call.failed(FAILURES[fault]));
      return [];
    case 'lost-race':
      await call.disturb?.();
      settle(pending, await outcomeOf(call));
      return [];
    case 'own-write-lost':
      await outcomeOf(call);
      settle(pending, call.ownWriteLost ?? (await outcomeOf(call)));
      return [];
    case 'slow-call': {
      const outcome = world.random.chance(0.5) ? undefined : await outcomeOf(call);
      world.clock.advance({ seconds: LEASE_SECONDS + world.random.between(1, 600) });
      settle(pending, outcome ?? (await outcomeOf(call)));
      return [];
    }
    case 'mount-lost':
      settle(pending, call.mountLost ?? (await outcomeOf(call)));
      return [];
    case 'tag-race-before':
      await call.otherPush?.();
      settle(pending, await outcomeOf(call));
      return [];
    case 'tag-race-after': {
      const outcome = await outcomeOf(call);
      await call.otherPush?.();
      settle(pending, outcome);
      return [];
    }
    default:
      return fault satisfies never;
  }
}

const FAILURES = {
  'server-error': 'unavailable',
  throttled: 'throttled',
  'registry-denied': 'denied',
  'registry-unauthorized': 'unauthorized',
  'registry-unexpected': 'unexpected',
  'storage-denied': 'denied',
  'storage-unexpected': 'unexpected',
  'arm-unauthorized': 'unauthorized',
} as const satisfies Partial<Record<CallFault, Failure>>;

async function outcomeOf(call: PortCall<unknown>): Promise<Outcome<unknown>> {
  try {
    return { value: await call.perform() };
  } catch (error) {
    return { error };
  }
}

function settle(pending: PendingCall, outcome: Outcome<unknown>): void {
  if ('error' in outcome) pending.reject(outcome.error);
  else pending.resolve(outcome.value);
}
