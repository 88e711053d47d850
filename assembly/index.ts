export * from './memory';
export { planContacts } from './plan';
export { planLanes } from './lanes';
export { replanContacts } from './replan';
export { limitAfterCap, setAsideUnchanged } from './unchanged';
export { limitMovedContacts } from './limits';
export { smoothDays } from './smoothing';
export { capDays } from './cap';
