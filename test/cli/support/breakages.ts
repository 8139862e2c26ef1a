import { createApp } from '../../../lib/app.ts';
import { GroupName } from '../../../lib/containers/container-groups.ts';
import { TOOL_LABEL } from '../../../lib/doctor/worker-tools.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { NO_LEASE } from '../../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../../lib/pipeline/marks/hold-repository.ts';
import { DATABASE_REPOSITORY } from '../../images/advisories/demo-database.ts';
import { buildImage } from '../../images/build-image.ts';
import { makeLayout, pushLayout } from '../../images/oci-layout.ts';
import { ArmError } from '../../world/arm/arm-error.ts';
import { registryTarget } from '../../world/seed/registry-target.ts';
import { grantsIn } from '../../world/world.ts';
import type { DoctorWorld } from './doctor-world.ts';

export type Undo = () => Promise<unknown> | unknown;

/** Ways to break the world that several variants use. Each registers how to undo it. */
export type Breakages = ReturnType<typeof breakagesOf>;

export function breakagesOf(here: DoctorWorld, undo: (step: Undo) => void) {
  const { registry, arm } = here.world;

  /** Storage refuses matching requests, as Azure does without a role or behind a firewall. */
  function refuse(
    service: keyof DoctorWorld['fronts'],
    method: string,
    path: RegExp,
    code: string,
  ): undefined {
    here.fronts[service].refuse((request) =>
      request.method === method && path.test(request.path) ? { status: 403, code } : undefined,
    );
    undo(() => here.fronts[service].refuse(undefined));
  }

  /** The registry gives this answer to every token exchange. */
  function answerExchange(status: number, code: string, message: string): undefined {
    const body = JSON.stringify({ errors: [{ code, message }] });
    registry.intercept(({ kind }) => (kind === 'token.exchange' ? { status, body } : undefined));
    undo(() => registry.intercept(undefined));
  }

  /** The identity has only these rights on the registry. */
  function grant(...scopes: string[]): undefined {
    registry.configure({ grants: grantsIn(here.world.identity, { app: scopes }) });
    undo(() => registry.configure({ grants: grantsIn(here.world.identity) }));
  }

  /** The pull identity has only these rights on the registry. */
  function grantPull(...scopes: string[]): undefined {
    registry.configure({ grants: grantsIn(here.world.identity, { pull: scopes }) });
    undo(() => registry.configure({ grants: grantsIn(here.world.identity) }));
  }

  /** Another installation has marked the repository. */
  async function markElsewhere(repository: string): Promise<undefined> {
    const { registry: own, options } = createApp(here.settings(), { identity: 'app' }).services;
    const another = { ...options, installation: Tag.parse('another') };
    const name = RepositoryName.parse(repository);
    await heldElsewhere({ registry: own, options: another }, name, NO_LEASE);
    undo(() => here.removeRepository(`patchwright/claims/${repository}`));
    return undefined;
  }

  async function useWorkerImage(
    kind: 'SCAN' | 'PATCH',
    tools: Readonly<Record<string, string>>,
    user?: string,
  ): Promise<Record<string, string>> {
    const labels = Object.entries(tools).map(([name, version]) => [TOOL_LABEL + name, version]);
    const content = await buildImage({
      layers: [],
      config: { Labels: Object.fromEntries(labels), ...(user !== undefined && { User: user }) },
    });
    const layout = makeLayout([{ content, tags: [] }]);
    await pushLayout(layout, registryTarget(registry, 'patchwright/worker'));
    const image = `patchwright/worker@${content.descriptor.digest}`;
    return { [`PATCHWRIGHT_${kind}_WORKER_IMAGE`]: image };
  }

  async function useDatabase(
    database: Parameters<DoctorWorld['seedDatabase']>[0] | undefined,
  ): Promise<undefined> {
    await here.removeRepository(DATABASE_REPOSITORY);
    if (database !== undefined) await here.seedDatabase(database);
    undo(async () => {
      await here.removeRepository(DATABASE_REPOSITORY);
      await here.seedDatabase({ days: 0 });
    });
  }

  function refuseArm(path: RegExp): undefined {
    const refusal = new ArmError(
      403,
      'AuthorizationFailed',
      'The client does not have authorization to perform this action.',
    );
    arm.setRequestFaults((request) => (path.test(request.path) ? refusal : undefined));
    undo(() => arm.setRequestFaults(undefined));
  }

  async function useUpQuota(): Promise<undefined> {
    const expiresAt = new Date(Date.now() + 3_600_000);
    await createGroup('pw-busy-1', expiresAt);
    await createGroup('pw-busy-2', expiresAt);
    return undefined;
  }

  /** Creates a group of ours that never ends. */
  async function createGroup(name: string, expiresAt: Date): Promise<undefined> {
    const { groups } = createApp(here.settings(), { identity: 'app' }).services;
    const group = GroupName.parse(name);
    arm.setFaults(() => ({ kind: 'never-ends' }));
    undo(async () => {
      arm.setFaults(undefined);
      await groups.delete(group);
    });
    const answer = await groups.create({
      name: group,
      sku: 'Standard',
      privileged: false,
      image: `${registry.host}/${here.world.workerImage}`,
      imageCredential: {
        server: registry.host,
        username: '00000000-0000-0000-0000-000000000000',
        password: registry.accessToken(['repository:patchwright/worker:pull']),
      },
      containers: [
        {
          name: 'worker',
          command: ['node', '/app/worker.cjs', 'probe'],
          cpu: 1,
          memoryGb: 1,
          environment: {},
          secretFiles: { 'job.json': '{}' },
          secretsPath: '/run/patchwright',
        },
      ],
      tags: { 'managed-by': 'patchwright', 'patchwright-expires-at': expiresAt.toISOString() },
    });
    if (!answer.ok) throw new Error(answer.detail);
    return undefined;
  }

  return {
    refuse,
    answerExchange,
    grantPull,
    markElsewhere,
    grant,
    useWorkerImage,
    useDatabase,
    refuseArm,
    useUpQuota,
    createGroup,
  };
}
