// The columns of the kernel's memory by the names they have in assembly/memory.ts, where each is described.

/** The element type of every column the kernel works on. */
export const KERNEL_COLUMNS = {
  contactId: Float64Array,
  contactState: Uint8Array,
  contactRule: Uint8Array,
  contactBirth: Int32Array,
  contactEffective: Int32Array,
  contactCarrier: Int32Array,
  contactFlags: Uint8Array,
  laneBirth: Uint16Array,
  laneEffectiveDate: Uint16Array,
  laneAnchor: Uint16Array,
  laneFlags: Uint8Array,
  laneBirthday: Uint16Array,
  laneEffective: Uint16Array,
  laneAep: Uint16Array,
  lastClickDay: Int32Array,
  lastAnswerDay: Int32Array,
  lastConditionDay: Int32Array,
  ruleKind: Uint8Array,
  ruleLead: Int32Array,
  ruleTail: Int32Array,
  ruleMonthStart: Uint8Array,
  windowStarts: Int32Array,
  aepMonthDay: Uint16Array,
  aepDeadline: Uint16Array,
  typePriority: Int32Array,
  typeRank: Uint16Array,
  typeCode: Uint32Array,
  rowTypeFlags: Uint8Array,
  campaignFlags: Uint16Array,
  campaignDaysBefore: Int32Array,
  campaignEnd: Int32Array,
  campaignFixedDay: Int32Array,
  campaignSpreadStart: Int32Array,
  campaignSpreadDays: Int32Array,
  campaignStates: BigUint64Array,
  campaignCarriers: Uint8Array,
  campaignInstance: Int32Array,
  campaignBareType: Int32Array,
  instanceFollowups: Uint8Array,
  enrolmentFirst: Uint32Array,
  enrolmentCampaign: Uint32Array,
  enrolmentTrigger: Int32Array,
  rowFirst: Uint32Array,
  rowClass: Uint8Array,
  rowType: Int32Array,
  rowEventYear: Int32Array,
  rowSentDay: Int32Array,
  rowPlannedDay: Int32Array,
  rowScheduledDay: Int32Array,
  rowInstance: Int32Array,
  rowPriority: Int32Array,
  candidateFirst: Uint32Array,
  candidateContact: Uint32Array,
  candidateType: Uint16Array,
  candidateStep: Uint8Array,
  candidateReason: Uint8Array,
  candidateEvent: Int32Array,
  candidateIdeal: Int32Array,
  candidateStart: Int32Array,
  candidateSend: Int32Array,
  candidateDeadline: Int32Array,
  candidatePriority: Int32Array,
  candidateDetail: Int32Array,
  replanList: Uint32Array,
  changeDay: Int32Array,
  smoothingHistogram: Int32Array,
  historyPerDay: Int32Array,
  dayFirst: Uint32Array,
  orderA: Uint32Array,
  orderB: Uint32Array,
  byDay: Uint32Array,
  stuckDay: Int32Array,
  stuckNext: Uint32Array,
  stuckFirst: Uint32Array,
  queues: Uint32Array,
  pending: Uint8Array,
  windowYears: Int32Array,
  limitOrder: Uint32Array,
  limitDays: Int32Array,
} as const;

/** The name of a column. */
export type KernelColumn = keyof typeof KERNEL_COLUMNS;

/** Views of all columns over the kernel's memory; they live as long as the kernel and are its own. */
export type KernelViews = { readonly [Name in KernelColumn]: InstanceType<(typeof KERNEL_COLUMNS)[Name]> };

/** The element counts of all columns. */
export type KernelCounts = Readonly<Record<KernelColumn, number>>;

/** The numbers of a run that the kernel reads, by the names they have in assembly/memory.ts. */
export const KERNEL_NUMBERS = [
  ...([
    'today',
    'options',
    'contactCount',
    'rowCount',
    'ruleCount',
    'campaignCount',
    'carrierBytes',
    'aepCount',
  ] as const),
  ...(['postWindowType', 'firstFollowup', 'firstCampaign'] as const),
  ...(['birthdayDaysBefore', 'effectiveDaysBefore', 'firstEmailMonths', 'catchUpDays'] as const),
  ...(['maxEmails', 'periodDays', 'followupDelayDays', 'followupLookbackDays'] as const),
  ...(['smoothingLimit', 'smoothingWindowDays', 'smoothingSpan', 'dailyCap', 'dailyThreshold', 'capSpan'] as const),
] as const;

/** The values of all `KERNEL_NUMBERS`. */
export type KernelNumbers = Readonly<Record<(typeof KERNEL_NUMBERS)[number], number>>;
