import * as z from 'zod';

/*
 * The body of a container group that Azure Container Instances accept: fields and enumerations of API
 * version 2023-05-01 (azure-rest-api-specs, containerinstance, `containerInstance.json`), limits from
 * "Resource availability & quota limits" and "Deploy container groups", and refusals that the schema
 * does not have ("Troubleshoot", azure-docs#123837). Strict: an unknown field is a fault.
 */
const Name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

const SecurityContext = z.strictObject({
  // The service accepts only `privileged`, and only on Confidential.
  privileged: z.boolean().optional(),
});

const Container = z.strictObject({
  name: Name,
  properties: z.strictObject({
    image: z.string().regex(/^[^\s/]+\/[^\s@]+@sha256:[\da-f]{64}$/, 'not by digest'),
    command: z.array(z.string().min(1)).min(1),
    resources: z.strictObject({
      requests: z.strictObject({
        cpu: z.number().min(0.1).max(31),
        memoryInGB: z.number().min(0.1).max(240),
      }),
    }),
    environmentVariables: z.array(
      z.strictObject({ name: z.string().regex(/^[A-Za-z_]\w*$/), value: z.string() }),
    ),
    volumeMounts: z
      .array(
        z.strictObject({
          name: Name,
          mountPath: z.string().regex(/^\/[^:]+$/),
          readOnly: z.boolean(),
        }),
      )
      .max(20),
    securityContext: SecurityContext.optional(),
  }),
});

const Secret = z.record(z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/), z.base64());

const Volume = z.union([
  z.strictObject({ name: Name, secret: Secret }),
  z.strictObject({ name: Name, emptyDir: z.strictObject({}) }),
]);

const Properties = z.strictObject({
  sku: z.enum(['Standard', 'Dedicated', 'Confidential']),
  osType: z.literal('Linux'),
  restartPolicy: z.enum(['Always', 'OnFailure', 'Never']),
  imageRegistryCredentials: z.array(
    z.strictObject({
      server: z.string().regex(/^[a-z0-9.:-]+$/, 'a host, without a protocol'),
      username: z.string().min(1),
      password: z.string().min(1),
    }),
  ),
  containers: z.array(Container).min(1).max(60),
  subnetIds: z
    .array(z.strictObject({ id: z.string().startsWith('/subscriptions/') }))
    .max(1)
    .optional(),
  volumes: z.array(Volume).max(20),
});

export const ContainerGroupBody = z
  .strictObject({
    location: z.string().regex(/^[a-z0-9]+$/),
    tags: z
      .record(z.string().min(1).max(512), z.string().max(256))
      .refine((tags) => Object.keys(tags).length <= 50, 'more than 50 tags'),
    properties: Properties,
  })
  .superRefine(({ properties: { sku, containers, volumes } }, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', message });
    const named = new Set(volumes.map(({ name }) => name));
    if (named.size !== volumes.length) say('two volumes have one name');
    for (const { properties } of containers) {
      const { requests } = properties.resources;
      if (properties.securityContext !== undefined && sku !== 'Confidential') {
        say('SecurityContextNotSupported: only Confidential accepts a security context');
      }
      if (sku === 'Confidential' && requests.memoryInGB > 180)
        say('the limit of Confidential is 180 GB');
      for (const { name } of properties.volumeMounts) {
        if (!named.has(name)) say(`the mount ${name} has no volume`);
      }
    }
  });
