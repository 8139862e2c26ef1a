import { describe, expect, it } from 'vitest';
import { AciGroup, groupStatus } from '../../../lib/containers/aci-status.ts';

const TERMINATED = { state: 'Terminated', startTime: new Date(), detailStatus: 'Completed' };

function statusOf(parts: object) {
  return groupStatus(AciGroup.parse({ name: 'pw-scan-1', ...parts }));
}

function withContainer(instanceView: object, parts: object = { provisioningState: 'Succeeded' }) {
  return statusOf({ ...parts, containers: [{ name: 'worker', instanceView }] });
}

describe('the status of a group', () => {
  it.each([0, 1, 137])(
    'is stopped with exit code %d after its container terminated',
    (exitCode) => {
      const status = withContainer({ currentState: { ...TERMINATED, exitCode }, restartCount: 0 });

      expect(status.state).toBe('stopped');
      expect(status.detail).toBe(`Succeeded; Terminated Completed (exit ${exitCode})`);
    },
  );

  it('is stopped even if its provisioning failed', () => {
    const currentState = { ...TERMINATED, exitCode: 0 };

    const status = withContainer({ currentState }, { provisioningState: 'Failed' });

    expect(status.state).toBe('stopped');
  });

  it.each([7147, 7148, undefined])(
    'is lost if the platform ended the container (exit code %s)',
    (exitCode) => {
      const status = withContainer({
        currentState: { ...TERMINATED, ...(exitCode === undefined ? {} : { exitCode }) },
      });

      expect(status.state).toBe('lost');
    },
  );

  it.each(['Failed', 'Canceled'])(
    'is lost if its provisioning state is %s',
    (provisioningState) => {
      const status = statusOf({
        provisioningState,
        instanceView: { events: [{ name: 'InsufficientCapacity', message: 'none\nleft' }] },
      });

      expect(status.state).toBe('lost');
      expect(status.detail).toBe(`${provisioningState}; InsufficientCapacity: none left`);
    },
  );

  it.each([
    ['Pending', 'starting'],
    ['Creating', 'starting'],
    ['Repairing', 'starting'],
    ['Succeeded', 'running'],
    [undefined, 'starting'],
  ])('with provisioning state %s and no instance view is %s', (provisioningState, state) => {
    const status = statusOf({ provisioningState });

    expect(status.state).toBe(state);
  });

  it.each([
    ['Running', 'running'],
    ['Waiting', 'starting'],
    ['SomethingNew', 'starting'],
  ])('with a container that is %s is %s', (state, expected) => {
    const status = withContainer({ currentState: { state } });

    expect(status.state).toBe(expected);
  });

  it.each([
    [[0, 'Running'], 'running'],
    [[0, 'Waiting'], 'running'],
    [['Waiting', 'Waiting'], 'starting'],
    [[0, 7147], 'stopped'],
    [[7147, 7148], 'lost'],
  ] as const)('with containers %j is %s', (containers, expected) => {
    const views = containers.map((one, at) => ({
      name: `image-${at}`,
      instanceView: {
        currentState: typeof one === 'number' ? { ...TERMINATED, exitCode: one } : { state: one },
      },
    }));

    const status = statusOf({ provisioningState: 'Succeeded', containers: views });

    expect(status.state).toBe(expected);
    expect(Object.keys(status.containers)).toEqual(['image-0', 'image-1']);
    expect(status.detail).toContain('image-1: ');
  });

  it('is running and counts restarts while the container runs again', () => {
    const status = withContainer({
      restartCount: 2,
      currentState: { state: 'Running' },
      previousState: { ...TERMINATED, exitCode: 1 },
    });

    expect(status.state).toBe('running');
    expect(status.detail).toBe('Succeeded; Running; restarts: 2');
  });

  it('contains the tags and a short detail', () => {
    const events = Array.from({ length: 50 }, () => ({
      name: 'Pulling',
      message: 'x'.repeat(900),
    }));

    const status = withContainer(
      { currentState: { state: 'Waiting' }, events },
      { tags: { a: 'b' } },
    );

    expect(status.tags).toEqual({ a: 'b' });
    expect(status.detail.length).toBeLessThanOrEqual(500);
  });
});
