import { describe, expect, it } from 'vitest';
import { ArmError } from './arm-error.ts';
import { checkGroup } from './check-group.ts';

const RULES = { name: 'pw-scan-1', locations: ['westeurope'] };

interface Body {
  location?: string;
  tags?: object;
  properties: Record<string, unknown>;
  unknownMember?: boolean;
}

function container(properties: object = {}, name = 'worker'): object {
  const resources = { requests: { cpu: 1, memoryInGB: 1.5 } };
  return { name, properties: { image: 'host/repository:tag', resources, ...properties } };
}

function body(properties: object = {}): Body {
  return {
    location: 'westeurope',
    properties: { osType: 'Linux', containers: [container()], ...properties },
  };
}

function codeOf(given: unknown, name = RULES.name): string | undefined {
  try {
    checkGroup(given, { ...RULES, name });
    return undefined;
  } catch (error) {
    return error instanceof ArmError ? error.code : String(error);
  }
}

const secret = (value: string, file = 'job.json') => ({
  volumes: [{ name: 'job', secret: { [file]: value } }],
});

describe('checkGroup', () => {
  it('accepts a minimal group', () => {
    const code = codeOf(body());

    expect(code).toBeUndefined();
  });

  it('accepts a privileged container of a confidential group', () => {
    const privileged = container({ securityContext: { privileged: true } });

    const code = codeOf(body({ sku: 'Confidential', containers: [privileged] }));

    expect(code).toBeUndefined();
  });

  it.each<readonly [string, unknown, string]>([
    ['no location', { ...body(), location: undefined }, 'LocationRequired'],
    ['a far location', { ...body(), location: 'moon' }, 'LocationNotAvailableForResourceType'],
    ['a member that is not known', { ...body(), unknownMember: true }, 'InvalidRequestContent'],
    ['text in place of a body', 'text', 'InvalidRequestContent'],
    ['Windows', body({ osType: 'Windows' }), 'InvalidOsType'],
    ['an unknown SKU', body({ sku: 'Huge' }), 'InvalidSku'],
    ['no containers', body({ containers: [] }), 'InvalidContainerCount'],
    [
      'more than 60 containers',
      body({ containers: Array.from({ length: 61 }, (_, at) => container({}, `c${at}`)) }),
      'InvalidContainerCount',
    ],
    ['two of a name', body({ containers: [container(), container()] }), 'InvalidContainerName'],
    ['no image', body({ containers: [container({ image: '' })] }), 'ImageRequired'],
    [
      'a privileged container of a standard group',
      body({ containers: [container({ securityContext: { privileged: true } })] }),
      'SecurityContextNotSupported',
    ],
    [
      'a seccomp profile, even in a confidential group',
      body({
        sku: 'Confidential',
        containers: [container({ securityContext: { seccompProfile: 'e30=' } })],
      }),
      'SecurityContextNotSupported',
    ],
    [
      'more memory than the SKU has',
      body({
        sku: 'Confidential',
        containers: [container({ resources: { requests: { cpu: 4, memoryInGB: 200 } } })],
      }),
      'ResourceRequestTooLarge',
    ],
    [
      'no processor',
      body({ containers: [container({ resources: { requests: { cpu: 0, memoryInGB: 1 } } })] }),
      'InvalidResourceRequest',
    ],
    [
      'more than 20 volumes',
      body({ volumes: Array.from({ length: 21 }, (_, at) => ({ name: `v${at}`, emptyDir: {} })) }),
      'TooManyVolumes',
    ],
    ['a volume of no type', body({ volumes: [{ name: 'v' }] }), 'InvalidVolume'],
    [
      'a mount of a volume that is not there',
      body({ containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })] }),
      'VolumeMountNotFound',
    ],
    [
      'a mount path that is not absolute',
      body({
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [container({ volumeMounts: [{ name: 'v', mountPath: 'v' }] })],
      }),
      'InvalidMountPath',
    ],
    ['a secret that is not base64', body(secret('{"a":1}')), 'InvalidSecretVolume'],
    ['a secret file outside its folder', body(secret('e30=', '../x')), 'InvalidSecretVolume'],
    [
      'a variable with two values',
      body({
        containers: [
          container({ environmentVariables: [{ name: 'A', value: '1', secureValue: '2' }] }),
        ],
      }),
      'InvalidEnvironmentVariable',
    ],
    [
      'a registry credential without a password',
      body({ imageRegistryCredentials: [{ server: 'host', username: 'me' }] }),
      'InvalidImageRegistryCredential',
    ],
    [
      'a registry credential with a protocol',
      body({
        imageRegistryCredentials: [{ server: 'https://host', username: 'me', password: 'x' }],
      }),
      'InvalidImageRegistryCredential',
    ],
  ])('refuses %s', (_, given, expected) => {
    const code = codeOf(given);

    expect(code).toBe(expected);
  });

  it.each(['Upper', '-start', 'end-', 'under_score', 'a'.repeat(64), ''])(
    'refuses the name %j',
    (name) => {
      const code = codeOf(body(), name);

      expect(code).toBe('InvalidContainerGroupName');
    },
  );
});
