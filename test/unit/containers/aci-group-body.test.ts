import { describe, expect, it } from 'vitest';
import { aciGroupBody } from '../../../lib/containers/aci-group-body.ts';
import { containerSpec, groupSpec } from './group-spec.ts';

describe('aciGroupBody', () => {
  it('makes a patch group confidential and privileged, with a scratch volume and no policy', () => {
    const body = aciGroupBody(groupSpec(), 'westeurope');

    expect(body).toEqual({
      location: 'westeurope',
      tags: { 'managed-by': 'patchwright', 'patchwright-job': 'job-1' },
      properties: {
        sku: 'Confidential',
        osType: 'Linux',
        restartPolicy: 'Never',
        imageRegistryCredentials: [
          { server: 'registry.example.com', username: 'zero', password: 'pull-secret' },
        ],
        containers: [
          {
            name: 'worker',
            properties: {
              image: `registry.example.com/patchwright/worker@sha256:${'a'.repeat(64)}`,
              command: ['node', '/app/worker.mjs', 'patch'],
              resources: { requests: { cpu: 2, memoryInGB: 4 } },
              environmentVariables: [{ name: 'DOCKER_CONFIG', value: '/run/patchwright' }],
              volumeMounts: [
                { name: 'secrets-worker', mountPath: '/run/patchwright', readOnly: true },
                { name: 'scratch-worker', mountPath: '/var/lib/buildkit', readOnly: false },
              ],
              securityContext: { privileged: true },
            },
          },
        ],
        volumes: [
          {
            name: 'secrets-worker',
            secret: {
              'config.json': 'eyJyZWdpc3RyeXRva2VuIjoiam9iLXNlY3JldCJ9',
              'job.json': 'eyJqb2IiOiLDvCJ9',
            },
          },
          { name: 'scratch-worker', emptyDir: {} },
        ],
      },
    });
  });

  it('gives a scan group no scratch volume and no security context, which Standard refuses', () => {
    const { scratchPath: _, ...container } = containerSpec();
    const spec = groupSpec({ sku: 'Standard', privileged: false, containers: [container] });

    const { properties } = aciGroupBody(spec, 'westeurope');

    expect(properties.sku).toBe('Standard');
    expect(properties.containers[0]?.properties).not.toHaveProperty('securityContext');
    expect(properties.containers[0]?.properties.volumeMounts).toHaveLength(1);
    expect(properties.volumes.map(({ name }) => name)).toEqual(['secrets-worker']);
  });

  it('gives each container a secret volume that no other container mounts', () => {
    const containers = ['one', 'two'].map((name) =>
      containerSpec({ name, secretFiles: { 'job.json': name } }),
    );

    const { properties } = aciGroupBody(groupSpec({ containers }), 'westeurope');

    const mounted = properties.containers.map((container) =>
      container.properties.volumeMounts.map(({ name }) => name),
    );
    expect(mounted).toEqual([
      ['secrets-one', 'scratch-one'],
      ['secrets-two', 'scratch-two'],
    ]);
    expect(properties.volumes.flatMap((volume) => ('secret' in volume ? [volume] : []))).toEqual([
      { name: 'secrets-one', secret: { 'job.json': 'b25l' } },
      { name: 'secrets-two', secret: { 'job.json': 'dHdv' } },
    ]);
  });

  it('sets the subnet only if there is one', () => {
    const subnetId = '/subscriptions/s/resourceGroups/r/providers/x/subnets/groups';

    const inside = aciGroupBody(groupSpec(), 'westeurope', subnetId);
    const outside = aciGroupBody(groupSpec(), 'westeurope');

    expect(inside.properties.subnetIds).toEqual([{ id: subnetId }]);
    expect(outside.properties).not.toHaveProperty('subnetIds');
  });
});
