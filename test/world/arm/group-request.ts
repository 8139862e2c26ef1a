import * as z from 'zod';

/**
 * The body of a PUT, in the fields of API version 2023-05-01. An unknown member is refused, as ACI
 * refuses it ("could not find member"). Fields that the local Azure does nothing with are unknowns.
 * https://github.com/Azure/azure-rest-api-specs specification/containerinstance
 */
const EnvironmentVariable = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  secureValue: z.string().optional(),
});

export const SecurityContext = z.strictObject({
  privileged: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  capabilities: z.unknown().optional(),
  runAsGroup: z.number().int().optional(),
  runAsUser: z.number().int().optional(),
  seccompProfile: z.string().optional(),
});
export type SecurityContext = z.infer<typeof SecurityContext>;

const Resources = z.strictObject({
  memoryInGB: z.number(),
  cpu: z.number(),
  gpu: z.unknown().optional(),
});

const VolumeMount = z.strictObject({
  name: z.string(),
  mountPath: z.string(),
  readOnly: z.boolean().optional(),
});

export const Container = z.strictObject({
  name: z.string(),
  properties: z.strictObject({
    image: z.string(),
    command: z.array(z.string()).optional(),
    ports: z.array(z.unknown()).optional(),
    environmentVariables: z.array(EnvironmentVariable).optional(),
    resources: z.strictObject({ requests: Resources, limits: Resources.partial().optional() }),
    volumeMounts: z.array(VolumeMount).optional(),
    livenessProbe: z.unknown().optional(),
    readinessProbe: z.unknown().optional(),
    securityContext: SecurityContext.optional(),
  }),
});
export type Container = z.infer<typeof Container>;

export const Volume = z.strictObject({
  name: z.string(),
  emptyDir: z.looseObject({}).optional(),
  secret: z.record(z.string(), z.string()).optional(),
  azureFile: z.unknown().optional(),
  gitRepo: z.unknown().optional(),
});
export type Volume = z.infer<typeof Volume>;

const ImageRegistryCredential = z.strictObject({
  server: z.string(),
  username: z.string().optional(),
  password: z.string().optional(),
  identity: z.string().optional(),
  identityUrl: z.string().optional(),
});

export const GroupRequest = z.strictObject({
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  zones: z.array(z.string()).optional(),
  identity: z
    .strictObject({
      type: z.string(),
      userAssignedIdentities: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  properties: z.strictObject({
    containers: z.array(Container),
    imageRegistryCredentials: z.array(ImageRegistryCredential).optional(),
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).optional(),
    osType: z.string(),
    volumes: z.array(Volume).optional(),
    sku: z.string().optional(),
    priority: z.string().optional(),
    confidentialComputeProperties: z.strictObject({ ccePolicy: z.string().optional() }).optional(),
    ipAddress: z.unknown().optional(),
    diagnostics: z.unknown().optional(),
    subnetIds: z.unknown().optional(),
    dnsConfig: z.unknown().optional(),
    encryptionProperties: z.unknown().optional(),
    initContainers: z.array(z.unknown()).optional(),
    extensions: z.unknown().optional(),
  }),
});
export type GroupRequest = z.infer<typeof GroupRequest>;

/** The resources of the whole group. */
export function requestedResources(request: GroupRequest): {
  readonly cpu: number;
  readonly memoryGb: number;
} {
  const all = request.properties.containers.map((one) => one.properties.resources.requests);
  return {
    cpu: all.reduce((sum, one) => sum + one.cpu, 0),
    memoryGb: all.reduce((sum, one) => sum + one.memoryInGB, 0),
  };
}

export function skuOf(request: GroupRequest): 'Standard' | 'Confidential' {
  return request.properties.sku === 'Confidential' ? 'Confidential' : 'Standard';
}
