/** What goes wrong at a call of a port. */
export const CALL_FAULTS = [
  /** The instance dies before the call takes effect: all that it had in hand ends there. */
  'crash-before',
  'crash-after',
  /** A deployment: every instance dies. */
  'crash-all',
  /** The worker process ends by itself: every message in it has one delivery less, and a new one starts. */
  'worker-crash',
  /** The third time: the host ends, and the platform starts it again. */
  'third-worker-crash',
  /** The function hangs until its time limit; then its worker is replaced. */
  'function-times-out',
  /** A worker is replaced for a function past its limit: all others in it hang until their own. */
  'neighbor-hangs',
  /** No answer, though the effect is there. */
  'timeout-after-effect',
  /** No answer, and the effect comes later. */
  'late-effect',
  'server-error',
  'throttled',
  /** Answers that no waiting puts right. */
  'registry-denied',
  'registry-unauthorized',
  'registry-unexpected',
  'storage-denied',
  'storage-unexpected',
  'arm-unauthorized',
  /** Another writer changed the row in between: 412, or 409 for an insert. */
  'lost-race',
  /** The SDK repeated a write that had taken effect: its own write looks like another's. */
  'own-write-lost',
  /** The call takes longer than a lease lasts. */
  'slow-call',
  /** A mount that is confirmed and did not happen. */
  'mount-lost',
  /** Somebody pushes the patch's tag, right before or after it is written down, or is PUT. */
  'tag-race-before',
  'tag-race-after',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** What goes wrong between the calls. */
export const WORLD_FAULTS = [
  'message-lost',
  'message-duplicated',
  'message-late',
  'message-reordered',
  'same-step-twice',
  'lease-stolen',
  'clock-jump',
  'mounts-refused',
  /** Container groups refuse a system call that every builder needs. */
  'builder-refused',
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
  /** From some time on, whoever reads the run's targets in its tick runs out of memory. */
  'tick-dies',
  /** Azure grants few groups, cores, creations and deletions. */
  'small-quotas',
] as const;
export type WorldFault = (typeof WORLD_FAULTS)[number];

/** How a container group goes wrong. */
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
  /** It did its work, and ARM knows it no more. */
  'group-forgotten',
  'group-refused-quota',
  'group-refused-capacity',
  'group-refused-throttled',
  'group-refused-transitioning',
  'group-refused-image-pull',
  'group-refused-configuration',
  'group-refused-unauthorized',
  'group-refused-unavailable',
] as const;
export type GroupFault = (typeof GROUP_FAULTS)[number];

/** What a worker says, or does, that is not so, or not good. */
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
  /** It did nothing, and names an image that nobody asked about. */
  'result-names-a-stranger',
  /** Its token and an address that lets write, where somebody reads on. */
  'secret-in-message',
  'secret-in-tools',
  'secret-in-report',
  'secret-in-log',
] as const;
export type WorkerFault = (typeof WORKER_FAULTS)[number];

export const FAULTS = [...CALL_FAULTS, ...WORLD_FAULTS, ...GROUP_FAULTS, ...WORKER_FAULTS] as const;
export type Fault = (typeof FAULTS)[number];
