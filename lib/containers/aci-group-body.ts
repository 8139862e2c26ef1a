import type { ContainerSpec, GroupSpec } from './container-groups.ts';

/**
 * The largest body that the app sends, in bytes. Azure's limit is not documented, and it answers 413 to
 * some that are far smaller than ARM's 4 MB (terraform-provider-azurerm#23481).
 */
export const MAX_GROUP_BODY_BYTES = 64 * 1024;

/** Each container has volumes of its own: none can read another's secrets. */
const secretsOf = ({ name }: ContainerSpec) => `secrets-${name}`;
const scratchOf = ({ name }: ContainerSpec) => `scratch-${name}`;

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
  return {
    location,
    tags: spec.tags,
    properties: {
      sku: spec.sku,
      osType: 'Linux',
      restartPolicy: 'Never',
      imageRegistryCredentials: [{ ...spec.imageCredential }],
      containers: spec.containers.map((container) => aciContainer(spec, container)),
      ...(subnetId === undefined ? {} : { subnetIds: [{ id: subnetId }] }),
      volumes: spec.containers.flatMap(volumesOf),
    },
  };
}

function aciContainer({ image, privileged }: GroupSpec, container: ContainerSpec): AciContainer {
  const { name, command, cpu, memoryGb, environment, secretsPath, scratchPath } = container;
  return {
    name,
    properties: {
      image,
      command,
      resources: { requests: { cpu, memoryInGB: memoryGb } },
      environmentVariables: Object.entries(environment).map(([variable, value]) => ({
        name: variable,
        value,
      })),
      volumeMounts: [
        { name: secretsOf(container), mountPath: secretsPath, readOnly: true },
        ...(scratchPath === undefined
          ? []
          : [{ name: scratchOf(container), mountPath: scratchPath, readOnly: false }]),
      ],
      ...(privileged ? { securityContext: { privileged: true as const } } : {}),
    },
  };
}

function volumesOf(container: ContainerSpec): readonly AciVolume[] {
  const secrets = { name: secretsOf(container), secret: base64Values(container.secretFiles) };
  if (container.scratchPath === undefined) return [secrets];
  return [secrets, { name: scratchOf(container), emptyDir: {} }];
}

function base64Values(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
}
