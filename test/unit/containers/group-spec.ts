import {
  type ContainerSpec,
  GroupName,
  type GroupSpec,
  GroupTag,
  MANAGED_BY,
} from '../../../lib/containers/container-groups.ts';

/** Returns a container of a patch group, with these parts replaced. */
export function containerSpec(parts: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name: 'worker',
    command: ['node', '/app/worker.mjs', 'patch'],
    cpu: 2,
    memoryGb: 4,
    environment: { DOCKER_CONFIG: '/run/patchwright' },
    secretFiles: { 'config.json': '{"registrytoken":"job-secret"}', 'job.json': '{"job":"ü"}' },
    secretsPath: '/run/patchwright',
    scratchPath: '/var/lib/buildkit',
    ...parts,
  };
}

/** Returns the specification of a patch group, with these parts replaced. */
export function groupSpec(parts: Partial<GroupSpec> = {}): GroupSpec {
  return {
    name: GroupName.parse('pw-patch-0a1b2c-1'),
    sku: 'Confidential',
    privileged: true,
    image: `registry.example.com/patchwright/worker@sha256:${'a'.repeat(64)}`,
    imageCredential: { server: 'registry.example.com', username: 'zero', password: 'pull-secret' },
    containers: [containerSpec()],
    tags: { [GroupTag.managedBy]: MANAGED_BY, [GroupTag.job]: 'job-1' },
    ...parts,
  };
}
