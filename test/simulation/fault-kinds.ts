/** Faults at a call of a port. */
export const CALL_FAULTS = [
  /** The instance crashes before the call takes effect, with all its invocations. */
  'crash-before',
  'crash-after',
  /** A deployment: every instance crashes. */
  'crash-all',
  /** The worker process exits: each of its messages loses a delivery, and a new worker starts. */
  'worker-crash',
  /** The third exit of a worker: the host exits, and the platform restarts it. */
  'third-worker-crash',
  /** The function hangs until its time limit; then its worker is replaced. */
  'function-times-out',
  /** Another function exceeds its limit, and the worker is replaced: the function hangs until its own. */
  'neighbor-hangs',
  /** The call takes effect, but the answer is lost. */
  'timeout-after-effect',
  /** The answer is lost, and the call takes effect later. */
  'late-effect',
  'server-error',
  'throttled',
  /** Errors that no retry resolves. */
  'registry-denied',
  'registry-unauthorized',
  'registry-unexpected',
  'storage-denied',
  'storage-unexpected',
  'arm-unauthorized',
  /** Another writer changed the row in between: 412, or 409 for an insert. */
  'lost-race',
  /** The SDK retried a write that had taken effect, and its own first write looks like a conflict. */
  'own-write-lost',
  /** The call takes longer than a lease. */
  'slow-call',
  /** A mount that the registry confirms but does not perform. */
  'mount-lost',
  /** Another push of the patch's tag, right before or after the tag is reserved or PUT. */
  'tag-race-before',
  'tag-race-after',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** Faults between the calls. */
export const WORLD_FAULTS = [
  'message-lost',
  'message-duplicated',
  'message-late',
  'message-reordered',
  'same-step-twice',
  'lease-stolen',
  'clock-jump',
  'mounts-refused',
  /** Another installation on the registry has marked a repository. */
  'foreign-marks',
  /** Azure can't pull the worker image with an access token, only as the pull identity. */
  'pulls-refused',
  /** Container groups refuse a system call that every builder needs. */
  'builder-refused',
  'newer-database',
  'timers-dead',
  'policy-changed',
  'dry-run-overlaps',
  'source-moved',
  'source-deleted',
  'tag-locked',
  'staging-purged',
  'ci-numbers',
  'canceled',
  'policy-gone',
  'database-gone',
  'overlapping-run',
  'malformed-message',
  /** From some time on, every tick that reads the run's targets runs out of memory. */
  'tick-dies',
  /** Targets of a canceled run appear after its end. */
  'late-insert',
  /** Low quotas of groups, cores, creations and deletions. */
  'small-quotas',
  /** The receiver of events does not answer for hours, refuses some, or wants none any more. */
  'receiver-down',
  'receiver-refuses',
  'receiver-gone',
  /** Images of hostile neighbors: see neighbors/. */
  'hostile-hangs',
  'hostile-bomb',
  'hostile-litters',
  'hostile-forges',
] as const;
export type WorldFault = (typeof WORLD_FAULTS)[number];

/** Faults of a container group. */
export const GROUP_FAULTS = [
  'group-never-starts',
  'group-fails-to-start',
  'group-restarts',
  'group-vanishes',
  'group-never-ends',
  /** One container of a group, while the others go on. */
  'container-dies',
  'container-hangs',
  'group-no-result',
  'group-half-result',
  'group-late-result',
  /** The group finished its work, but ARM no longer knows it. */
  'group-forgotten',
  'group-refused-quota',
  'group-refused-capacity',
  /** `ServiceAssociationLinkNotReady`: the subnet is not ready for another group. */
  'group-refused-network',
  'group-refused-throttled',
  'group-refused-transitioning',
  'group-refused-image-pull',
  'group-refused-too-large',
  'group-refused-configuration',
  'group-refused-unauthorized',
  'group-refused-unavailable',
] as const;
export type GroupFault = (typeof GROUP_FAULTS)[number];

/** Faults and lies of a worker. */
export const WORKER_FAULTS = [
  'result-malformed',
  'result-too-large',
  'result-of-another-attempt',
  'result-of-another-kind',
  'image-not-mentioned',
  'image-not-started',
  'scan-failed',
  'report-missing',
  'report-altered',
  'report-malformed',
  'patch-failed',
  /** The probe for a builder met a full disk, or a container claims a refusal that is not so. */
  'builder-not-probed',
  'builder-claimed-refused',
  'patch-does-nothing',
  'patch-leaves-packages',
  'patch-not-there',
  'patch-is-source',
  'patch-of-another-image',
  'patch-not-fixed',
  'patch-with-new-findings',
  'patch-loses-packages',
  'patch-on-paper',
  'patch-with-setuid',
  'patch-layer-broken',
  'patch-changes-config',
  'patch-drops-layer',
  'patch-is-no-image',
  'staging-littered',
  /** The result reports no image of the job, but an unknown one. */
  'result-names-a-stranger',
  /** The token and a writable URL, in places that people read. */
  'secret-in-message',
  'secret-in-tools',
  'secret-in-report',
  'secret-in-log',
] as const;
export type WorkerFault = (typeof WORKER_FAULTS)[number];

export const FAULTS = [...CALL_FAULTS, ...WORLD_FAULTS, ...GROUP_FAULTS, ...WORKER_FAULTS] as const;
export type Fault = (typeof FAULTS)[number];
