import type { GroupSpec } from './container-groups.ts';

/** The name of the only container in a group. Its log is read by this name. */
export const CONTAINER_NAME = 'worker';
const SECRETS = 'secrets';
const SCRATCH = 'scratch';

/** The fields that we send to ARM for a container group, API version 2023-05-01. */
export interface AciGroupBody {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: {
    readonly sku: 'Standard' | 'Confidential';
    readonly osType: 'Linux';
    readonly restartPolicy: 'Never';
    readonly imageRegistryCredentials: readonly {
      readonly server: string;
      readonly username: string;
      readonly password: string;
    }[];
    readonly containers: readonly AciContainer[];
    readonly subnetIds?: readonly { readonly id: string }[];
    readonly volumes: readonly AciVolume[];
  };
}

interface AciContainer {
  readonly name: string;
  readonly properties: {
    readonly image: string;
    readonly command: readonly string[];
    readonly resources: {
      readonly requests: { readonly cpu: number; readonly memoryInGB: number };
    };
    readonly environmentVariables: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts: readonly {
      readonly name: string;
      readonly mountPath: string;
      readonly readOnly: boolean;
    }[];
    readonly securityContext?: { readonly privileged: true };
  };
}

type AciVolume =
  | { readonly name: string; readonly secret: Readonly<Record<string, string>> }
  | { readonly name: string; readonly emptyDir: Record<string, never> };

/**
 * The body of the PUT. Confidential groups have no `confidentialComputeProperties`, because we use that
 * SKU only for its privileged flag. A subnet must be delegated to container groups.
 */
export function aciGroupBody(
  spec: GroupSpec,
  location: string,
  subnetId?: string | undefined,
): AciGroupBody {
  const { scratchPath } = spec;
  return {
    location,
    tags: spec.tags,
    properties: {
      sku: spec.sku,
      osType: 'Linux',
      restartPolicy: 'Never',
      imageRegistryCredentials: [{ ...spec.imageCredential }],
      containers: [
        {
          name: CONTAINER_NAME,
          properties: {
            image: spec.image,
            command: spec.command,
            resources: { requests: { cpu: spec.cpu, memoryInGB: spec.memoryGb } },
            environmentVariables: Object.entries(spec.environment).map(([name, value]) => ({
              name,
              value,
            })),
            volumeMounts: [
              { name: SECRETS, mountPath: spec.secretsPath, readOnly: true },
              ...(scratchPath === undefined
                ? []
                : [{ name: SCRATCH, mountPath: scratchPath, readOnly: false }]),
            ],
            ...(spec.privileged ? { securityContext: { privileged: true as const } } : {}),
          },
        },
      ],
      ...(subnetId === undefined ? {} : { subnetIds: [{ id: subnetId }] }),
      volumes: [
        { name: SECRETS, secret: base64Values(spec.secretFiles) },
        ...(scratchPath === undefined ? [] : [{ name: SCRATCH, emptyDir: {} }]),
      ],
    },
  };
}

function base64Values(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
}
