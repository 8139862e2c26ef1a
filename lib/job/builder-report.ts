import * as z from 'zod';

/** What runs Copa's build steps: BuildKit with runc, BuildKit without mount(2), or a remote BuildKit. */
export const BuilderKind = z.enum(['upstream', 'mount-free', 'remote']);
export type BuilderKind = z.infer<typeof BuilderKind>;

const NeedName = z.string().regex(/^[a-zA-Z0-9-]{1,32}$/);
const Call = z.string().regex(/^[a-z0-9_/]{1,32}$/);
const Errno = z.string().regex(/^[A-Z0-9]{1,16}$/);

/** A need of a builder that this container does not meet. */
export const BuilderRefusal = z.strictObject({
  name: NeedName,
  /** The system call that failed, such as `chroot`, and its error, such as `EPERM`. */
  call: Call,
  errno: Errno,
  /** True if the kernel or its policy refused the call, as it would in each container of this kind. */
  lasting: z.boolean(),
});
export type BuilderRefusal = z.infer<typeof BuilderRefusal>;

const BuilderNeed = z.discriminatedUnion('ok', [
  z.strictObject({ name: NeedName, ok: z.literal(true) }),
  BuilderRefusal.extend({ ok: z.literal(false) }),
]);
export type BuilderNeed = z.infer<typeof BuilderNeed>;

export const MAX_NEEDS = 32;

/** What `patchwright-builder probe` prints (infra/worker/builder/README.md). */
export const BuilderReport = z.object({
  version: z.literal(1),
  builder: z.enum(['upstream', 'mount-free', 'none']),
  deviceNodes: z.enum(['mknod', 'links']).optional(),
  needs: z.array(BuilderNeed).max(MAX_NEEDS),
  refusals: z.array(z.object(BuilderRefusal.shape)).max(MAX_NEEDS),
});
export type BuilderReport = z.infer<typeof BuilderReport>;

/** Either of these two is enough to provide device nodes. */
const DEVICE_NEEDS: readonly string[] = ['mknod', 'linkedDeviceNodes'];

/**
 * Returns the refusals that each container of this kind would meet; none if another attempt may find a
 * builder.
 */
export function lastingRefusals(refusals: readonly BuilderRefusal[]): readonly BuilderRefusal[] {
  const devices = refusals.filter(({ name }) => DEVICE_NEEDS.includes(name));
  const open = devices.some(({ lasting }) => !lasting);
  return refusals.filter(({ name, lasting }) => lasting && !(open && DEVICE_NEEDS.includes(name)));
}

/** For people: `chroot (chroot: EPERM), mknod (mknod: EPERM)`. */
export function describeRefusals(refusals: readonly BuilderRefusal[]): string {
  return refusals.map(({ name, call, errno }) => `${name} (${call}: ${errno})`).join(', ');
}
